"""To-do kinds of activities: activities to approve, sign-ups to review, attendance to complete."""

import zlib
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import AccessScope, access_scope
from chengyang.platform.staff.detail_rows import remaining_rows
from chengyang.platform.staff.links import page_url

from . import actions, permissions
from .models import Activity, CheckIn, Signup
from .states import ActivityState, SignupState

# The fields that the heading and the rows of `detail_rows_of` show; the other editable fields follow by themselves.
SHOWN_FIELDS = {
    *(
        "title",
        "starts",
        "ends",
        "place",
        "address",
        "place_subdistrict",
        "organization",
        "team",
        "subdistrict",
        "kind",
        "programme",
    ),
    *("capacity", "by_review", "audience", "audience_note", "summary", "agenda", "hazards", "insurance", "contact"),
}


def _staff_q(scope: AccessScope, prefix: str = "") -> Q:
    """Return the condition for activities that `scope` is staff for; `prefix` is the lookup path to the activity."""
    if scope.district:
        return Q()
    return Q(**{f"{prefix}subdistrict__in": scope.subdistricts})


def _organizer_q(scope: AccessScope, prefix: str = "") -> Q:
    """Return the condition for activities whose organizer `scope` acts for: `permissions.acts_for_organizer` as a query."""
    organization, team, base = (f"{prefix}{name}" for name in ("organization", "team", "base"))
    return (
        Q(**{f"{organization}__in": scope.managed("organization")})
        | Q(**{f"{organization}__isnull": True, f"{team}__in": scope.managed("team")})
        | Q(**{f"{organization}__isnull": True, f"{team}__isnull": True, f"{base}__in": scope.managed("base")})
    )


def _place_note(activity: Activity) -> str:
    return "，".join(str(part) for part in (activity.place_subdistrict, activity.address) if part)


def detail_rows_of(activity: Activity) -> list[DetailRow]:
    """Return the rows about an activity for an officer: the rows written here, then every other editable field with a value."""
    places = _("不限") if activity.capacity is None else _("%(n)d 个") % {"n": activity.capacity}
    audience = activity.get_audience_display()
    return [
        DetailRow(_("时间"), dates.span(activity.starts, activity.ends), url=page_url(activity)),
        DetailRow(_("地点"), activity.place or _("线上"), _place_note(activity)),
        DetailRow(_("主办"), activity.organizer or _("区委统战部"), activity.subdistrict or ""),
        DetailRow(_("类别"), activity.get_kind_display(), activity.programme or ""),
        DetailRow(_("名额"), places, _("报名须审核") if activity.by_review else ""),
        DetailRow(_("谁能来"), audience, activity.audience_note),
        DetailRow(_("简介"), activity.summary),
        DetailRow(_("安排"), activity.agenda or "—"),
        DetailRow(_("可能的风险"), activity.hazards or "—"),
        DetailRow(_("保险"), activity.insurance or "—"),
        DetailRow(_("联系方式"), activity.contact),
        *remaining_rows(activity, Activity.EDITABLE_FIELDS, shown=SHOWN_FIELDS),
    ]


def clashes(activity: Activity, user: Any) -> list[DetailRow]:
    """Return a row for another activity at the same time at the same base, and for another shift of the same team.

    Of one that `user` may not see it says when it is, but not what.
    """
    others = Activity.objects.overlapping(activity.starts, activity.ends).exclude(pk=activity.pk)
    others = others.exclude(state=ActivityState.CANCELLED)
    rows = []
    if activity.base_id is not None:
        rows.append(_clash(_("同一时间、同一基地"), others.filter(base=activity.base), user))
    if activity.team_id is not None and activity.kind == Activity.Kind.VOLUNTEER:
        shifts = others.filter(team=activity.team_id, kind=Activity.Kind.VOLUNTEER)
        rows.append(_clash(_("同一时间、同一支队的班次"), shifts, user))
    return [row for row in rows if row]


def _clash(label: str, others: QuerySet, user: Any) -> DetailRow | None:
    if known := others.visible_to(user).first():
        return DetailRow(label, known, dates.span(known.starts, known.ends), url=known.get_absolute_url())
    if other := others.first():
        return DetailRow(label, _("另一个单位的活动"), dates.span(other.starts, other.ends))
    return None


def history_of(activity: Activity) -> list[HistoryEntry]:
    """Return the steps of an activity, newest first."""
    steps = [
        HistoryEntry(_("取消"), activity.cancelled_at, text=activity.reason) if activity.cancelled_at else None,
        HistoryEntry(_("发布"), activity.published_at, activity.approved_by or "") if activity.published_at else None,
        HistoryEntry(_("退回"), activity.changed_at, text=activity.reason)
        if activity.state == ActivityState.RETURNED
        else None,
        HistoryEntry(_("报批"), activity.submitted_at, activity.drafted_by or "") if activity.submitted_at else None,
    ]
    return [step for step in steps if step]


class ActivityTodo(TodoKind):
    """A to-do kind about activities. Its page is for those who manage the activity, not for everybody who may see it."""

    def viewable_by(self, user: Any) -> QuerySet:
        scope = access_scope(user)
        rows = Activity.objects.visible_to(user)
        if scope.district:
            return rows
        return rows.filter(_organizer_q(scope) | _staff_q(scope) if scope.staff else _organizer_q(scope))


class ApproveActivity(ActivityTodo):
    """A submitted activity that waits for approval."""

    code, label, section, model = "activity", gettext_lazy("活动审批"), Section.ACTIVITIES, Activity
    quick_reasons = (
        gettext_lazy("请写清来的人做什么"),
        gettext_lazy("请补保险安排"),
        gettext_lazy("和同一基地的另一场撞了时间"),
    )
    related = ("organization", "team", "base")
    undoes = ("approve", "return")

    def waiting(self, user: Any) -> QuerySet:
        scope = access_scope(user)
        if not scope.staff:
            return Activity.objects.none()
        rows = Activity.objects.filter(_staff_q(scope), state=ActivityState.SUBMITTED)
        return rows.exclude(pk__in=Activity.objects.filter(_organizer_q(scope)).values("pk"))

    def awaited_by(self, user: Any) -> QuerySet:
        return self.viewable_by(user).filter(drafted_by=user, state=ActivityState.SUBMITTED)

    def detail(self, row: Activity) -> str:
        who = row.organizer or _("区委统战部")
        return _("%(who)s，%(when)s") % {"who": who, "when": dates.span(row.starts, row.ends)}

    def tags(self, row: Activity) -> list[str]:
        return [str(tag) for tag in (row.subdistrict, row.programme, row.get_kind_display()) if tag]

    def since(self, row: Activity) -> Any:
        return row.submitted_at

    def detail_rows(self, row: Activity, user: Any) -> list[DetailRow]:
        return [*detail_rows_of(row), *clashes(row, user)]

    def history(self, row: Activity) -> list[HistoryEntry]:
        return history_of(row)

    def options(self, row: Activity, user: Any) -> list[DecisionOption]:
        options = []
        if permissions.offers("approve", user, row):
            options += [
                DecisionOption("publish", _("批准并发布"), done=_("已发布，日历上看得到了。")),
                DecisionOption("approve", _("批准，由主办方发布"), done=_("已批准，主办方会收到通知。")),
            ]
        if permissions.offers("return", user, row):
            options.append(
                DecisionOption("return", _("退回修改"), needs_reason=True, done=_("已退回，主办方会收到通知。"))
            )
        return options

    def decide(self, row: Activity, choice: str, reason: str, *, actor: Any) -> Activity:
        if choice == "publish":
            return actions.publish_activity(row, actor=actor)
        if choice == "approve":
            return actions.approve_activity(row, actor=actor)
        return actions.return_activity(row, reason=reason, actor=actor)

    def undo(self, row: Activity, option: str, *, actor: Any) -> Activity:
        return actions.undo_approval(row, actor=actor)


class CompleteAttendance(ActivityTodo):
    """A volunteer service that is over and whose attendance is due within ten working days (requirements V05)."""

    code, label, section, model = "attendance", gettext_lazy("登记服务时长"), Section.ACTIVITIES, Activity

    def waiting(self, user: Any) -> QuerySet:
        scope = access_scope(user)
        managed = _organizer_q(scope) | _staff_q(scope) if scope.staff else _organizer_q(scope)
        completed = Activity.objects.completed().filter(kind=Activity.Kind.VOLUNTEER, recorded_at=None)
        return completed if scope.district else completed.filter(managed)

    def detail(self, row: Activity) -> str:
        return _("%(when)s 结束") % {"when": dates.day(row.last_day)}

    def since(self, row: Activity) -> Any:
        return row.ends

    def detail_rows(self, row: Activity, user: Any) -> list[DetailRow]:
        checked = CheckIn.objects.filter(signup__activity=row)
        present = actions.without_check_out(row)
        names = "、".join(checkin.signup.display_name for checkin in present)
        expected = row.signups.filter(state=SignupState.CONFIRMED).count()
        checkin_url = reverse("activities:checkin", args=[row.public_id])
        return [
            DetailRow(_("时间"), dates.span(row.starts, row.ends), url=page_url(row)),
            DetailRow(_("应到"), _("%(n)d 人") % {"n": expected}),
            DetailRow(_("签到"), _("%(n)d 人") % {"n": checked.count()}, _("核对名单、补签到"), url=checkin_url),
            DetailRow(_("没有签退"), _("%(n)d 人") % {"n": len(present)}, names),
        ]

    def history(self, row: Activity) -> list[HistoryEntry]:
        return history_of(row)

    def options(self, row: Activity, user: Any) -> list[DecisionOption]:
        ready = row.state == ActivityState.PUBLISHED and row.is_over() and not row.recorded_at
        if not ready or not permissions.can_finish_activity(user, row):
            return []
        done = _("时长已登记，参加的人会收到通知。")
        present = actions.without_check_out(row)
        if not present:
            return [DecisionOption("finish", _("登记完成"), done=done)]
        # The codes name the people of the list: when somebody is checked in or out meanwhile, the answer is asked again.
        digest, number = _digest(_tickets(present)), {"n": len(present)}
        return [
            DecisionOption(f"stayed-{digest}", _("没有签退的 %(n)d 人都待到结束，登记完成") % number, done=done),
            DecisionOption(f"left-{digest}", _("没有签退的 %(n)d 人都不记时长，登记完成") % number, done=done),
        ]

    def decide(self, row: Activity, choice: str, reason: str, *, actor: Any) -> Activity:
        answer, _sep, digest = choice.partition("-")
        present = _tickets(actions.without_check_out(row))
        listed = present if digest == _digest(present) else []
        stayed = listed if answer == "stayed" else []
        return actions.finish_activity(row, listed=listed, stayed=stayed, actor=actor)


def _tickets(checkins: list[CheckIn]) -> list[str]:
    return [checkin.signup.public_id for checkin in checkins]


def _digest(tickets: list[str]) -> str:
    """Return a short name of a list of people that changes with the list."""
    return f"{zlib.crc32(' '.join(sorted(tickets)).encode()):08x}"


class ReviewSignup(TodoKind):
    """A pending sign-up for an activity whose organizer reviews sign-ups."""

    code, label, section, model = "signup", gettext_lazy("报名审核"), Section.ACTIVITIES, Signup
    quick_reasons = (gettext_lazy("不在这场活动的对象里"), gettext_lazy("名额留给还没参加过的人"))
    related = ("activity", "person")
    locks = ("activity",)
    undoes = ("approve", "decline")

    def waiting(self, user: Any) -> QuerySet:
        scope = access_scope(user)
        prefix = "activity__"
        managed = _organizer_q(scope, prefix) | _staff_q(scope, prefix) if scope.staff else _organizer_q(scope, prefix)
        rows = Signup.objects.filter(
            state=SignupState.PENDING, activity__state=ActivityState.PUBLISHED, activity__ends__gt=clock.now()
        )
        rows = rows if scope.district else rows.filter(managed)
        return rows.exclude(pk__in=Signup.objects.of(user).values("pk"))

    def title(self, row: Signup) -> str:
        return row.display_name

    def detail(self, row: Signup) -> str:
        return _("%(title)s，%(when)s") % {"title": row.activity, "when": dates.day(row.activity.first_day)}

    def since(self, row: Signup) -> Any:
        return row.at

    def detail_rows(self, row: Signup, user: Any) -> list[DetailRow]:
        activity, person = row.activity, row.person
        left = _("不限") if activity.places_left is None else _("余 %(n)d") % {"n": activity.places_left}
        return [
            DetailRow(_("活动"), activity.title, dates.span(activity.starts, activity.ends), url=page_url(activity)),
            DetailRow(_("谁能来"), activity.get_audience_display(), activity.audience_note),
            DetailRow(_("名额"), left, live=True),
            DetailRow(_("报名人"), row.display_name, _("在册") if person else _("来宾")),
            DetailRow(_("单位"), person.unit if person else "—"),
            DetailRow(_("手机"), row.masked_phone or "—"),
        ]

    def history(self, row: Signup) -> list[HistoryEntry]:
        return [HistoryEntry(_("报名"), row.at, _("本人"))]

    def options(self, row: Signup, user: Any) -> list[DecisionOption]:
        waits = row.state == SignupState.PENDING and row.activity.state == ActivityState.PUBLISHED
        if not waits or not permissions.can_review_signup(user, row):
            return []
        return [
            DecisionOption("approve", _("同意"), done=_("已同意，本人会收到通知。")),
            DecisionOption("decline", _("不同意"), needs_reason=True, done=_("已答复，本人会收到通知。")),
        ]

    def decide(self, row: Signup, choice: str, reason: str, *, actor: Any) -> Signup:
        if choice == "approve":
            return actions.approve_signup(row, actor=actor)
        return actions.decline_signup(row, reason=reason, actor=actor)

    def undo(self, row: Signup, option: str, *, actor: Any) -> Signup:
        return actions.undo_review(row, actor=actor)
