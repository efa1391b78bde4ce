"""To-do kinds of the registry: reviews of applications, corrections, reviews of representatives, and “四有” assessments."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.files.models import File
from chengyang.platform.staff.assessment_admin import AssessmentTodo
from chengyang.platform.staff.row_history import states_of

from . import actions, permissions, reasons
from .detail_rows import application_rows, person_rows
from .models import Application, Correction, Person, Representative
from .states import ApplicationState as A
from .states import CorrectionState
from .states import RepresentativeState as R
from .timeline import timeline_of

RETURN = DecisionOption("return", gettext_lazy("退回修改"), needs_reason=True)
PROPOSE = DecisionOption("decline", gettext_lazy("提出不予通过，由另一人复核"), needs_reason=True)


class ApplicationReview(TodoKind):
    """Base of the two reviews of an application."""

    section, model, related = Section.PEOPLE, Application, ("subdistrict", "category")
    locks = ("user",)
    undoes = ("review_first", "return", "decline", "confirm", "resume", "accept", "uphold")  # all but the registration
    quick_reasons = (*reasons.RETURN_REASONS.values(), *reasons.DECLINE_REASONS.values())
    notice_template = "members/_alike.html"
    state: A

    def viewable_by(self, user):
        return Application.objects.within(access_scope(user))  # not `visible_to`: the own one would show duplicates

    def detail(self, row):
        return f"{row.category}，{row.subdistrict.short_name}"

    def tags(self, row):
        return (str(row.subdistrict),)

    def since(self, row):
        return row.first_reviewed_at or row.submitted_at

    def detail_rows(self, row, user):
        return application_rows(row, user)

    def history(self, row):
        return [HistoryEntry(step.title, step.at, step.who, step.text) for step in timeline_of(row, names=True)]

    def record_opening(self, row, *, actor):
        actions.record_opening(row, actor=actor)

    def options(self, row, user):
        if row.state != self.state or not permissions.can_turn_down(user, row):
            return ()
        return (self.pass_option, RETURN, PROPOSE)

    def decide(self, row, choice, reason, *, actor):
        if choice == "return":
            return actions.return_application(row, actor=actor, reason=reason)
        if choice == "decline":
            return actions.propose_decline(row, actor=actor, reason=reason)
        return self.pass_review(row, actor=actor, reason=reason)

    def undo(self, row, option, *, actor):
        return actions.undo_review(row, actor=actor)


class FirstReview(ApplicationReview):
    """初审: the first review, for the subdistrict; overdue ones also for the district."""

    code, label, state = "application-first", gettext_lazy("入册初审"), A.SUBMITTED
    pass_option = DecisionOption("review_first", gettext_lazy("初审通过"))
    pass_review = staticmethod(actions.review_first)

    def waiting(self, user):
        scope = access_scope(user)
        if not scope.staff:
            return Application.objects.none()
        rows = Application.objects.within(scope).filter(state=A.SUBMITTED).exclude(user=user)
        if not scope.district:
            return rows
        own = rows.filter(subdistrict__in=scope.subdistricts)
        return own | rows.filter(due_on__lt=clock.today())


class SecondReview(ApplicationReview):
    """复审: the second review, for district staff other than the first reviewer."""

    code, label, state = "application-second", gettext_lazy("入册复审"), A.FIRST_REVIEWED
    pass_option = DecisionOption("approve", gettext_lazy("通过，入册"))
    pass_review = staticmethod(actions.approve_application)

    def waiting(self, user):
        if not access_scope(user).district:
            return Application.objects.none()
        return Application.objects.filter(state=A.FIRST_REVIEWED).exclude(user=user).exclude(first_reviewer=user)


class ConfirmDecline(ApplicationReview):
    """不予通过复核: whether an application is declined as another officer proposed, for the district."""

    code, label, state = "application-decline", gettext_lazy("不予通过复核"), A.DECLINE_PROPOSED
    pass_option = DecisionOption("confirm", gettext_lazy("同意不予通过"))
    pass_review = staticmethod(actions.confirm_decline)

    def waiting(self, user):
        if not access_scope(user).district:
            return Application.objects.none()
        return Application.objects.filter(state=self.state).exclude(user=user).exclude(declined_by=user)

    def since(self, row):
        return row.acted_at

    def options(self, row, user):
        if row.state != self.state or not permissions.can_confirm_decline(user, row):
            return ()
        resume = DecisionOption("resume", gettext_lazy("不同意，接着审"), needs_reason=True)
        return (self.pass_option, RETURN, resume)

    def decide(self, row, choice, reason, *, actor):
        if choice == "resume":
            return actions.resume_review(row, actor=actor, reason=reason)
        return super().decide(row, choice, reason, actor=actor)


class DecideObjection(ApplicationReview):
    """申诉复核: an objection to a declined application, for district staff who took no part in declining it."""

    code, label, state = "application-objection", gettext_lazy("申诉复核"), A.OBJECTED
    quick_reasons = ()

    def waiting(self, user):
        if not access_scope(user).district:
            return Application.objects.none()
        rows = Application.objects.filter(state=self.state)
        return rows.exclude(user=user).exclude(declined_by=user).exclude(decline_confirmed_by=user)

    def since(self, row):
        return row.objected_at

    def detail_rows(self, row, user):
        texts = [DetailRow(_("不予通过的理由"), row.reason), DetailRow(_("本人的意见"), row.objection)]
        return [*texts, *application_rows(row, user)]

    def options(self, row, user):
        if row.state != self.state or not permissions.can_decide_objection(user, row):
            return ()
        return (
            DecisionOption("accept", gettext_lazy("撤销，重新审核")),
            DecisionOption("uphold", gettext_lazy("维持不予通过"), needs_reason=True),
        )

    def decide(self, row, choice, reason, *, actor):
        if choice == "uphold":
            return actions.uphold_decline(row, actor=actor, reason=reason)
        return actions.accept_objection(row, actor=actor, reason=reason)


class DecideCorrection(TodoKind):
    """更正申请: a name or a category that a person wants corrected, for the staff responsible for the person."""

    code, label, section, model = "correction", gettext_lazy("更正申请"), Section.PEOPLE, Correction
    related = ("person__subdistrict",)
    reason_words = (gettext_lazy("理由"), gettext_lazy("不同意必填，本人会看到原文"))
    quick_reasons = tuple(reasons.CORRECTION_REASONS.values())
    locks = ("person__user", "person")
    undoes = ("accept", "refuse")

    def waiting(self, user):
        return Correction.objects.of_staff(user).waiting()

    def viewable_by(self, user):
        return Correction.objects.of_staff(user)

    def title(self, row):
        return row.person.name

    def detail(self, row):
        return f"{row.get_field_display()}，{row.person.subdistrict.short_name}"

    def tags(self, row):
        return (str(row.person.subdistrict),)

    def since(self, row):
        return row.asked_at

    def detail_rows(self, row, user):
        files = File.objects.visible_to(user).filter(attached_to="members.Correction", attached_id=row.public_id)
        return [
            DetailRow(_("更正"), row.get_field_display()),
            DetailRow(_("原来"), row.old_text),
            DetailRow(_("改为"), row.new_text),
            DetailRow(_("为什么改"), row.reason),
            *(DetailRow(_("材料"), file.name, url=file.get_absolute_url()) for file in files),
            *person_rows(row.person, user),
        ]

    def history(self, row):
        asked = HistoryEntry(_("提出"), row.asked_at, _("本人"))
        if row.state == CorrectionState.WAITING:
            return [asked]
        who = _("本人") if row.state == CorrectionState.WITHDRAWN else row.decided_by or ""
        return [HistoryEntry(row.get_state_display(), row.decided_at, who, row.answer), asked]

    def record_opening(self, row, *, actor):
        actions.record_opening(row, actor=actor)

    def options(self, row, user):
        if row.state != CorrectionState.WAITING or not permissions.can_correct_person(user, row.person):
            return ()
        return (
            DecisionOption("accept", _("同意，改过来")),
            DecisionOption("refuse", _("不同意"), needs_reason=True),
        )

    def decide(self, row, choice, reason, *, actor):
        if choice == "refuse":
            return actions.refuse_correction(row, actor=actor, reason=reason)
        return actions.accept_correction(row, actor=actor)

    def undo(self, row, option, *, actor):
        return actions.undo_correction(row, actor=actor)


class RepresentativeReview(TodoKind):
    """Base of the two reviews of a representative."""

    section, model, related = Section.PEOPLE, Representative, ("person",)
    undoes = ("first_review", "name", "decline", "confirm")
    state: R

    def viewable_by(self, user):
        people = Person.objects.of_staff(access_scope(user))
        return Representative.objects.filter(person__in=people.values("pk"))

    def detail(self, row):
        return _("任期 %(days)s") % {"days": dates.days(row.starts, row.ends)}

    def tags(self, row):
        return (str(row.person.subdistrict),)

    def detail_rows(self, row, user):
        return [
            DetailRow(_("任期"), dates.days(row.starts, row.ends)),
            DetailRow(_("“四有”"), *self._latest_assessment(row.person)),
            *person_rows(row.person, user),
        ]

    def _latest_assessment(self, person):
        latest = person.assessments.order_by("-assessed_on", "-pk").first()
        if latest is None:
            return _("未评定"), _("先在“四有”评定里评定")
        return latest.get_state_display(), _("%(n)d 项达到") % {"n": latest.met_count()}

    def history(self, row):
        steps = [
            HistoryEntry(_("提出不予通过，等另一位工作人员复核"), step.at, step.who or row.declined_by or "", step.text)
            for step in states_of(row, note="reason")
            if step.title == R.DECLINE_PROPOSED.label
        ]
        if row.first_reviewed_at:
            steps.append(HistoryEntry(_("初审通过"), row.first_reviewed_at, row.first_reviewer or ""))
        former = row.history.order_by("pgh_id").first()
        return [*steps, HistoryEntry(_("提名"), former and former.pgh_created_at, row.nominated_by or "")]

    def record_opening(self, row, *, actor):
        actions.record_opening(row, actor=actor)

    def options(self, row, user):
        if row.state != self.state or not permissions.can_decline_representative(user, row):
            return ()
        return (self.pass_option, PROPOSE)

    def decide(self, row, choice, reason, *, actor):
        if choice == "decline":
            return actions.propose_decline_representative(row, actor=actor, reason=reason)
        return self.pass_review(row, actor=actor)

    def undo(self, row, option, *, actor):
        return actions.undo_representative_review(row, actor=actor)

    def in_scope(self, user: Any):
        """Return the nominations in `state` of the persons `user` is responsible for as staff, without the own one."""
        people = Person.objects.of_staff(access_scope(user)).exclude(user=user)
        return Representative.objects.filter(state=self.state, person__in=people.values("pk"))


class FourHaves(AssessmentTodo):
    """Assessments of “四有”; opening one is recorded in the audit, because its evidence is about a person."""

    def record_opening(self, row, *, actor):
        actions.record_opening(row, actor=actor)


class FirstReviewOfRepresentative(RepresentativeReview):
    """The first review, for the responsible staff."""

    code, label, state = "representative-first", gettext_lazy("代表人士初审"), R.NOMINATED
    pass_option = DecisionOption("first_review", gettext_lazy("初审通过"))
    pass_review = staticmethod(actions.first_review_representative)

    def waiting(self, user):
        return self.in_scope(user) if access_scope(user).staff else Representative.objects.none()


class SecondReviewOfRepresentative(RepresentativeReview):
    """The second review, for district staff other than the first reviewer."""

    code, label, state = "representative-second", gettext_lazy("代表人士复审"), R.FIRST_REVIEWED
    pass_option = DecisionOption("name", gettext_lazy("确定为代表人士"))
    pass_review = staticmethod(actions.name_representative)

    def waiting(self, user):
        if not access_scope(user).district:
            return Representative.objects.none()
        return self.in_scope(user).exclude(first_reviewer=user)

    def since(self, row):
        return row.first_reviewed_at


class ConfirmDeclineOfRepresentative(RepresentativeReview):
    """不予通过复核: whether a nomination is declined as another officer proposed, for the district."""

    code, label, state = "representative-decline", gettext_lazy("代表人士不予通过复核"), R.DECLINE_PROPOSED

    def waiting(self, user):
        if not access_scope(user).district:
            return Representative.objects.none()
        return self.in_scope(user).exclude(declined_by=user)

    def options(self, row, user):
        if row.state != self.state or not permissions.can_confirm_decline_of_representative(user, row):
            return ()
        return (
            DecisionOption("confirm", gettext_lazy("同意不予通过")),
            DecisionOption("resume", gettext_lazy("不同意，接着审"), needs_reason=True),
        )

    def decide(self, row, choice, reason, *, actor):
        decide = actions.resume_representative if choice == "resume" else actions.decline_representative
        return decide(row, actor=actor, reason=reason)
