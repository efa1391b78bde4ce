"""To-do kinds of outcomes: outcomes to check, and pairs that may be the same thing."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit.actions import subject_of
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from chengyang.platform.staff.detail_rows import remaining_rows
from chengyang.platform.staff.links import page_url

from . import actions, permissions
from .models import ORGANIZERS, Outcome, OutcomeDouble
from .states import DoubleState, OutcomeState

# Editable fields of an outcome that the heading and the rows below show; others follow by themselves.
OUTCOME_SHOWN_FIELDS = {"title", "kind", "happened_on", "amount", "quantity", "links"}


def areas_q(scope: Any, prefix: str = "") -> Q:
    """Return the condition for outcomes of organizers in the subdistricts of `scope`; `prefix` is the path to the outcome."""
    found = Q(pk__in=[])
    for name in ORGANIZERS:
        found |= Q(**{f"{prefix}{name}__subdistrict__in": scope.subdistricts})
    return found


def reported_at(outcome):
    """Return when `outcome` was reported, or None for imported ones."""
    label, key = subject_of(outcome)
    return (
        Entry.objects.filter(
            subject=label, subject_id=key, verb__in=("outcome.reported", "outcome.correction_reported")
        )
        .values_list("at", flat=True)
        .first()
    )


def _where(activity):
    """Return time and place of `activity`, with which an outcome can be compared."""
    return f"{dates.span(activity.starts, activity.ends)}，{activity.place}".rstrip("，") if activity else ""


def evidence_rows(outcome, user):
    """Return a row for each file with evidence of `outcome` that `user` may open, and for each address of the web."""
    label, key = subject_of(outcome)
    found = File.objects.visible_to(user).filter(attached_to=label, attached_id=key).order_by("pk")
    files = [DetailRow(_("凭证"), file.name, url=file.get_absolute_url()) for file in found]
    return files + [DetailRow(_("凭证网址"), link, url=link) for link in outcome.link_list]


def party_rows(outcome, user):
    """Return a row with who else took part; of persons only how many: their names are on the tab, which records its readers."""
    rows = list(outcome.parties.select_related("organization", "base", "team", "programme", "activity"))
    names = [str(party) for party in rows if party.person_id is None]
    persons = sum(party.person_id is not None for party in rows)
    if persons:
        names.append(_("%(n)d 位人士") % {"n": persons})
    return [DetailRow(_("一起做的"), "、".join(map(str, names)))] if names else []


def correction_rows(outcome):
    """Return what `outcome` has to do with a correction: what it takes back, what is right, or by what it was taken back."""
    rows = []
    if outcome.reverses_id:
        first = outcome.reverses
        rows.append(DetailRow(_("冲销的是"), first, _number_and_day(first), url=page_url(first)))
        rows.append(DetailRow(_("为什么更正"), outcome.why))
        right = Outcome.objects.filter(replaces=outcome).select_related("kind").first()
        text = (right.title, _number_and_day(right)) if right else (_("没有：整条不算"), "")
        rows.append(DetailRow(_("改成"), *text, url=page_url(right) if right else ""))
    elif outcome.replaces_id:
        rows.append(
            DetailRow(_("更正的是"), outcome.replaces.reverses, outcome.why, url=page_url(outcome.replaces.reverses))
        )
    for row in Outcome.objects.corrections().filter(reverses=outcome).select_related("kind"):
        rows.append(DetailRow(_("更正"), row.get_state_display(), row.why, url=page_url(row)))
    return rows


def double_rows(outcome, user):
    """Return a row for each outcome that may be, or is, the same thing."""
    pairs = OutcomeDouble.objects.visible_to(user).of(outcome).select_related("first__kind", "second__kind")
    rows = []
    for pair in pairs[:5]:
        other = pair.other(outcome)
        note = f"{_number_and_day(other)}，{_verdict(pair, outcome)}"
        rows.append(DetailRow(_("可能重复"), other.title, note, url=page_url(pair)))
    return rows


def _verdict(pair, outcome):
    if pair.state != DoubleState.LINKED:
        return pair.get_state_display()
    return _("这一条不另计") if pair.merged_id == outcome.pk else _("计入的是这一条")


def _number_and_day(outcome):
    return f"{dates.full_day(outcome.happened_on)}，{outcome.number_text}"


def _unchecked(user):
    """Return the outcomes that wait for a check; one that is counted with another one needs none."""
    merged = OutcomeDouble.objects.filter(state=DoubleState.LINKED).values("merged")
    return Outcome.objects.visible_to(user).filter(state=OutcomeState.REPORTED).exclude(pk__in=merged)


class CheckOutcome(TodoKind):
    """A reported outcome that waits for the check by a second person."""

    code, label, section, model = "outcome", _("成果核实"), Section.SERVICES, Outcome
    related = ("team", "base", "organization", "activity", "kind", "reverses__kind")
    locks = ("reverses",)
    undoes = ("check", "refuse")
    quick_reasons = (_("请补凭证"), _("与另一条重复"), _("不在统计范围"))

    def waiting(self, user):
        scope = access_scope(user)
        if not scope.staff:
            return Outcome.objects.none()
        rows = _unchecked(user).filter(replaces__isnull=True).exclude(reported_by=user)
        return rows if scope.district else rows.filter(areas_q(scope))

    def awaited_by(self, user):
        return _unchecked(user).filter(reported_by=user)

    def viewable_by(self, user):
        scope = access_scope(user)
        rows = Outcome.objects.visible_to(user)
        return rows if scope.district else rows.filter(areas_q(scope) | Q(reported_by=user))

    def detail(self, row):
        return str(row.organizer or "")

    def title(self, row):
        return _("冲销：%(title)s") % {"title": row.title} if row.reverses_id else row.title

    def detail_rows(self, row, user):
        activity = row.activity
        return [
            DetailRow(_("类型"), row.kind),
            DetailRow(_("数额"), row.number_text),
            DetailRow(_("日期"), dates.full_day(row.happened_on)),
            DetailRow(_("归属"), self.detail(row) or "—"),
            DetailRow(
                _("活动"), activity or "—", _where(activity), url=activity.get_absolute_url() if activity else ""
            ),
            *party_rows(row, user),
            *correction_rows(row),
            *([DetailRow(_("要看的凭证"), row.kind.evidence)] if row.kind.evidence else []),
            *(evidence_rows(row, user) or [DetailRow(_("凭证"), _("没有附"))]),
            *double_rows(row, user),
            *remaining_rows(row, Outcome.EDITABLE_FIELDS, shown=OUTCOME_SHOWN_FIELDS),
        ]

    def since(self, row):
        return reported_at(row)

    def history(self, row):
        steps = [HistoryEntry(_("上报"), reported_at(row), row.reported_by or "")]
        if row.checked_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.checked_at, row.checked_by or "", row.reason))
        return steps

    def options(self, row, user):
        if not permissions.can_check_outcome(user, row):
            return ()
        label = _("核实，照此更正") if row.reverses_id else _("核实，计入")
        return [DecisionOption("check", label), DecisionOption("refuse", _("不采信"), needs_reason=True)]

    def decide(self, row, choice, reason, *, actor):
        if choice == "check":
            return actions.check_outcome(row, actor=actor)
        return actions.refuse_outcome(row, actor=actor, reason=reason)

    def undo(self, row, option, *, actor):
        return actions.reopen_outcome(row, actor=actor)


def side_by_side(pair: OutcomeDouble) -> list[tuple[Any, Any, Any, bool]]:
    """Return (label, value of the first, value of the second, whether they differ) of what is compared."""
    first, second = pair.first, pair.second
    rows = [
        (_("名称"), first.title, second.title),
        (_("数额"), first.number_text, second.number_text),
        (_("日期"), dates.full_day(first.happened_on), dates.full_day(second.happened_on)),
        (_("归属"), str(first.organizer or "—"), str(second.organizer or "—")),
        (_("活动"), str(first.activity or "—"), str(second.activity or "—")),
        (_("状态"), first.get_state_display(), second.get_state_display()),
    ]
    return [(label, one, other, one != other) for label, one, other in rows]


SIDES = tuple(f"{side}__{name}" for side in ("first", "second") for name in ("kind", *ORGANIZERS, "activity"))


class DecideDouble(TodoKind):
    """A pair of outcomes that may be the same thing: counted once, or two of their own."""

    code, label, section, model = "outcome-double", _("疑似重复"), Section.SERVICES, OutcomeDouble
    related = SIDES
    locks = ("first", "second")
    undoes = ("count-first", "count-second", "apart")
    quick_reasons = (_("是同一家的两次捐赠"), _("凭证上是两笔"), _("受益的是两批人"))

    def waiting(self, user):
        scope = access_scope(user)
        if not scope.staff:
            return OutcomeDouble.objects.none()
        rows = OutcomeDouble.objects.visible_to(user).waiting()
        rows = rows.exclude(first__reported_by=user).exclude(second__reported_by=user)
        return rows if scope.district else rows.filter(areas_q(scope, "first__"), areas_q(scope, "second__"))

    def viewable_by(self, user):
        return OutcomeDouble.objects.visible_to(user) if access_scope(user).staff else OutcomeDouble.objects.none()

    def title(self, row):
        return str(row)

    def detail(self, row):
        return f"{row.first.number_text}，{row.signs}"

    def detail_rows(self, row, user):
        return double_detail_rows(row, user)

    def since(self, row):
        return row.at

    def is_open(self, row):
        return row.state == DoubleState.SUSPECTED

    def history(self, row):
        found = [HistoryEntry(_("发现"), row.at, row.noted_by or "", row.signs)]
        if row.decided_at:
            found.insert(0, HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason))
        return found

    def options(self, row, user):
        if row.state != DoubleState.SUSPECTED or not permissions.can_decide_double(user, row):
            return ()
        return [
            DecisionOption("count-first", _("是同一件，计先报的"), done=_("两条计一次，两边都会收到通知。")),
            DecisionOption("count-second", _("是同一件，计后报的"), done=_("两条计一次，两边都会收到通知。")),
            DecisionOption("apart", _("是两件，各计各的"), needs_reason=True),
        ]

    def decide(self, row, choice, reason, *, actor):
        if choice == "apart":
            return actions.keep_apart(row, actor=actor, reason=reason)
        return actions.link_double(row, actor=actor, counted=row.first if choice == "count-first" else row.second)

    def undo(self, row, option, *, actor):
        return actions.reopen_double(row, actor=actor)


def double_detail_rows(pair: OutcomeDouble, user: Any) -> list[DetailRow]:
    """Return the rows on the page of a pair: both side by side, why they may be the same thing, and what was decided."""
    compared = DetailRow(
        _("对照"),
        "；".join(f"{label}：{one} / {other}" for label, one, other, _differs in side_by_side(pair)),
        template="services/_side_by_side.html",
        data={"rows": side_by_side(pair), "urls": [_url_for(one, user) for one in (pair.first, pair.second)]},
    )
    counted = [DetailRow(_("计入的是"), pair.counted, _number_and_day(pair.counted))] if pair.counted_id else []
    return [
        compared,
        DetailRow(_("类型"), pair.first.kind),
        DetailRow(_("像在哪里"), pair.signs),
        DetailRow(_("认定"), pair.get_state_display(), pair.reason),
        *counted,
    ]


def _url_for(outcome, user):
    return page_url(outcome) if Outcome.objects.visible_to(user).filter(pk=outcome.pk).exists() else ""
