"""To-do kinds of organizations: applications for membership for the secretary; changes of term and steps for a second officer."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.files.models import File
from chengyang.platform.staff.links import page_url
from members import actions as members
from members.detail_rows import number_row

from . import actions, founding, permissions
from .models import LifeStep, Membership, Post, TermChange
from .models.term_changes import MeetingPaper
from .states import ChangeState, MembershipState

ONE_DAY = dt.timedelta(days=1)


class MembershipTodo(TodoKind):
    """Applications for membership: for the secretary, and once overdue for the responsible staff too."""

    code, label, section, model = "membership", gettext_lazy("入会申请"), Section.ORGANIZATIONS, Membership
    related = ("person", "organization")
    undoes = ("accept", "decline")
    quick_reasons = (
        (gettext_lazy("类别不同"), gettext_lazy("本组织面向的类别不同，建议加入更合适的组织。")),
        (gettext_lazy("不在范围"), gettext_lazy("工作所在地不在本组织范围。")),
    )

    def waiting(self, user):
        scope = access_scope(user)
        if not (scope.staff or scope.managed("organization")):
            return Membership.objects.none()
        rows = Membership.objects.visible_to(user).filter(state=MembershipState.APPLIED, person__state="active")
        rows = rows.exclude(person__user=user)
        own = rows.filter(organization__in=scope.managed("organization"))
        return own | rows.filter(due_on__lt=clock.today()) if scope.staff else own

    def viewable_by(self, user):
        """Return applications and active memberships; declined, withdrawn and ended ones can no longer be opened."""
        return Membership.objects.visible_to(user).current()

    def title(self, row):
        return row.person.name

    def detail(self, row):
        return str(row.organization)

    def tags(self, row):
        return (str(row.organization),)

    def since(self, row):
        return row.applied_at

    def detail_rows(self, row, user):
        """Return exactly what the application page (templates/organizations/apply.html) tells the person the secretary sees."""
        person = row.person
        return [
            DetailRow(_("姓名"), person.name),
            DetailRow(_("类别"), person.category),
            DetailRow(_("工作单位"), person.unit),
            DetailRow(_("工作"), person.job),
            DetailRow(_("所在街道"), person.subdistrict),
            DetailRow(_("能帮上"), "、".join(map(str, person.can_labels()))),
            DetailRow(_("希望得到"), "、".join(map(str, person.want_labels()))),
            number_row(person, person.phone, user),
            DetailRow(_("想加入"), row.organization, url=page_url(row.organization)),
        ]

    def history(self, row):
        steps = [HistoryEntry(_("申请加入"), row.applied_at, _("本人"))]
        if row.decided_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason))
        return steps

    def record_opening(self, row, *, actor):
        members.record_opening(row.person, actor=actor)

    def options(self, row, user):
        if row.state != MembershipState.APPLIED or not permissions.can_decide_membership(user, row):
            return ()
        return (
            DecisionOption("accept", gettext_lazy("接纳")),
            DecisionOption("decline", gettext_lazy("不接纳"), needs_reason=True),
        )

    def decide(self, row, choice, reason, *, actor):
        if choice == "accept":
            return actions.accept_membership(row, actor=actor)
        return actions.decline_membership(row, actor=actor, reason=reason)

    def undo(self, row, option, *, actor):
        return actions.reopen_application(row, actor=actor)


def _pair_text(pair):
    """Return one post before and after, with the votes, in words: the second officer agrees to exactly this."""
    old, new = (pair.old.person if pair.old else "—"), (pair.new.person if pair.new else _("空缺"))
    votes = _("%(n)d 票") % {"n": pair.new.votes} if pair.new and pair.new.votes is not None else ""
    text = str(new) if pair.is_again else f"{old} → {new}"
    notes = filter(None, [str(pair.word) if pair.new else "", votes])
    return f"{pair.label} {text}" + (f"（{'，'.join(notes)}）" if pair.new else "")


def paper_rows(change, user):
    """Return (public id, label, file) of the files of the meeting that `user` may open, in the order in which they were added."""
    if not change.papers:
        return []
    found = File.objects.visible_to(user).filter(public_id__in=list(change.papers))
    files = {file.public_id: file for file in found}
    return [(key, MeetingPaper(kind).label, files[key]) for key, kind in change.papers.items() if key in files]


def change_rows(row, user):
    """Return what a change of term is: all that the second officer agrees to."""
    met = _("%(day)s，%(place)s") % {"day": dates.full_day(row.met_on), "place": row.place} if row.met_on else "—"
    listed = dates.days(row.listed_from, row.listed_until + ONE_DAY) if row.listed_from and row.listed_until else "—"
    there = _("应到 %(invited)s 人，实到 %(present)s 人") % {
        "invited": row.invited or "—",
        "present": row.present or "—",
    }
    posts = [_pair_text(pair) for pair in row.pairs] if row.elected else []
    return [
        DetailRow(_("组织"), row.organization, url=page_url(row.organization)),
        DetailRow(_("换到"), _("第 %(n)d 届") % {"n": row.number}, dates.days(row.starts, row.ends)),
        DetailRow(_("交接"), _("%(day)s 零点") % {"day": dates.full_day(row.starts)}),
        DetailRow(_("提名"), _("%(n)d 人") % {"n": len(row.all_candidates)}, _answers(row)),
        DetailRow(_("名单公示"), listed),
        DetailRow(_("会议"), met, there if row.met_on else ""),
        *(DetailRow(label, file.name, url=file.get_absolute_url()) for _key, label, file in paper_rows(row, user)),
        DetailRow(_("结果"), "；".join(posts) or "—"),
        *([DetailRow(_("经过"), row.note)] if row.note else []),
        *([DetailRow(_("退回的理由"), row.reason)] if row.reason else []),
    ]


def _answers(row):
    """Return how many of the nominated agreed, declined, and have not answered."""
    agreed = sum(one.has_agreed for one in row.all_candidates)
    declined = sum(one.has_declined for one in row.all_candidates)
    left = _("，%(n)d 人还没答复") % {"n": len(row.unanswered)} if row.unanswered else ""
    about = {"agreed": agreed, "declined": declined, "left": left}
    return _("%(agreed)d 人同意，%(declined)d 人不愿%(left)s") % about


class TermChangeTodo(TodoKind):
    """Results of changes of term, which a second officer of the responsible staff looks at before midnight of the day."""

    code, label, section, model = "term-change", gettext_lazy("换届"), Section.ORGANIZATIONS, TermChange
    related = ("organization",)
    locks = ("organization",)
    undoes = ("agree", "return")
    notice_template = "organizations/_term_change_decision.html"

    def waiting(self, user):
        scope = access_scope(user)
        if not scope.staff:
            return TermChange.objects.none()
        rows = TermChange.objects.visible_to(user).filter(state=ChangeState.SUBMITTED)
        rows = rows if scope.district else rows.filter(organization__subdistrict__in=scope.subdistricts)
        return rows.exclude(submitted_by=user)

    def awaited_by(self, user):
        return TermChange.objects.visible_to(user).filter(state=ChangeState.SUBMITTED, submitted_by=user)

    def title(self, row):
        return str(row)

    def detail(self, row):
        return _("%(day)s 零点交接") % {"day": dates.full_day(row.starts)}

    def tags(self, row):
        return (row.organization.get_level_display(),)

    def since(self, row):
        return row.submitted_at

    def detail_rows(self, row, user):
        return change_rows(row, user)

    def history(self, row):
        steps = []
        if row.agreed_at:
            steps.append(HistoryEntry(_("第二人确认"), row.agreed_at, row.agreed_by or ""))
        if row.submitted_at:
            steps.append(HistoryEntry(_("录入结果，提交"), row.submitted_at, row.submitted_by or ""))
        return steps

    def options(self, row, user):
        if row.state != ChangeState.SUBMITTED or not permissions.can_agree_to_term_change(user, row):
            return ()
        done = gettext_lazy("已确认，到那天零点自己交接；零点之前可以撤回。")
        return (
            DecisionOption("agree", gettext_lazy("结果属实，到零点交接"), done=done),
            DecisionOption("return", gettext_lazy("退回改"), needs_reason=True),
        )

    def decide(self, row, choice, reason, *, actor):
        if choice == "agree":
            return actions.agree_to_term_change(row, actor=actor)
        return actions.return_term_change(row, actor=actor, reason=reason)

    def undo(self, row, option, *, actor):
        if option == "agree":
            return actions.withdraw_term_change(row, actor=actor)
        return actions.submit_again(row, actor=actor)


# ---- founding, suspending, resuming, dissolving ----------------------------------------------------------------------
EFFECTS = {
    LifeStep.Kind.FOUND: gettext_lazy("可以公开、吸收会员、办活动、排轮值"),
    LifeStep.Kind.SUSPEND: gettext_lazy(
        "不吸收会员、不办活动、不订场地，没有人轮值；会员和职务保留，秘书长能看能改，页面写明已暂停"
    ),
    LifeStep.Kind.RESUME: gettext_lazy("和暂停以前一样"),
    LifeStep.Kind.DISSOLVE: gettext_lazy("职务和会员到那天零点结束，权限随着结束；页面和历史都留着，写明已注销"),
}


def step_rows(row, user):
    """Return what a step is: all that the second officer agrees to."""
    kind = LifeStep.Kind(row.kind)
    since = _("%(day)s 零点") % {"day": dates.full_day(row.on)} if row.on else "—"

    def paper(text, day):
        return (text or "—", dates.full_day(day) if day else "")

    return [
        DetailRow(_("组织"), row.organization, url=page_url(row.organization)),
        DetailRow(_("办什么"), row.get_kind_display(), EFFECTS[kind]),
        DetailRow(_("从哪天起"), since),
        DetailRow(_("决议"), *paper(row.resolution, row.resolved_on)),
        DetailRow(_("批复"), *paper(row.approval, row.approved_on)),
        *([DetailRow(_("事由"), row.cause)] if row.cause else []),
        *([DetailRow(_("第一年的计划"), row.plan)] if row.plan else []),
        *_founding_rows(row, user),
        *(DetailRow(_("材料"), file.name, url=file.get_absolute_url()) for file in founding.papers_of(row, user)),
        *([DetailRow(_("退回的理由"), row.reason)] if row.reason else []),
    ]


def _founding_rows(row, user):
    """Return by criterion what the organization to be founded has, and how it was assessed."""
    if row.kind != LifeStep.Kind.FOUND:
        number = row.organization.memberships.all().number()
        return [DetailRow(_("会员"), _("%(n)d 人") % {"n": number}, live=True)]
    assessment = founding.assessment_of(row.organization)
    found = [DetailRow(_("“五好”评定"), assessment or _("未评定"), url=page_url(assessment) if assessment else "")]
    for good in founding.goods(row.organization, user):
        text = "；".join(f"{item.label}：{item.text or _('还没有')}" for item in good.items)
        found.append(DetailRow(good.name, text or good.finding.get("note", "") or "—", live=True))
    return found


class LifeStepTodo(TodoKind):
    """Steps in the life of organizations, which a second officer of the responsible staff looks at."""

    code, label, section, model = "life-step", gettext_lazy("成立和注销"), Section.ORGANIZATIONS, LifeStep
    related = ("organization",)
    locks = ("organization",)
    undoes = ("agree", "return")

    def waiting(self, user):
        scope = access_scope(user)
        if not scope.staff:
            return LifeStep.objects.none()
        rows = LifeStep.objects.visible_to(user).filter(state=ChangeState.SUBMITTED)
        if not scope.district:
            rows = rows.filter(organization__subdistrict__in=scope.subdistricts).exclude(kind=LifeStep.Kind.DISSOLVE)
        held = Post.objects.own(user).values("organization")
        return rows.exclude(submitted_by=user).exclude(prepared_by=user).exclude(organization__in=held)

    def awaited_by(self, user):
        return LifeStep.objects.visible_to(user).filter(state=ChangeState.SUBMITTED, submitted_by=user)

    def title(self, row):
        return str(row)

    def detail(self, row):
        return _("%(day)s 零点起") % {"day": dates.full_day(row.on)} if row.on else ""

    def tags(self, row):
        return (row.get_kind_display(), row.organization.get_level_display())

    def since(self, row):
        return row.submitted_at

    def detail_rows(self, row, user):
        return step_rows(row, user)

    def history(self, row):
        steps = []
        if row.agreed_at:
            steps.append(HistoryEntry(_("第二人确认"), row.agreed_at, row.agreed_by or ""))
        if row.submitted_at:
            steps.append(HistoryEntry(_("写好材料，提交"), row.submitted_at, row.submitted_by or ""))
        return steps

    def options(self, row, user):
        if row.state != ChangeState.SUBMITTED or not permissions.can_agree_to_step(user, row):
            return ()
        done = gettext_lazy("已确认，到那天零点自己生效；零点之前可以撤回。")
        return (
            DecisionOption("agree", gettext_lazy("材料属实，同意"), done=done),
            DecisionOption("return", gettext_lazy("退回改"), needs_reason=True),
        )

    def decide(self, row, choice, reason, *, actor):
        if choice == "agree":
            return actions.agree_to_step(row, actor=actor)
        return actions.return_step(row, actor=actor, reason=reason)

    def undo(self, row, option, *, actor):
        if option == "agree":
            return actions.withdraw_step(row, actor=actor)
        return actions.submit_step_again(row, actor=actor)
