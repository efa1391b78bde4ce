"""What waits for an officer in the registry: two reviews of an application, two of a representative."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.assessment_admin import AssessmentTodo

from . import actions, permissions, reasons, timeline
from .detail_rows import application_rows, person_rows
from .models import Application, Person, Representative
from .states import ApplicationState as A
from .states import RepresentativeState as R

RETURN = DecisionOption("return", gettext_lazy("退回修改"), needs_reason=True)
DECLINE = DecisionOption("decline", gettext_lazy("不予通过"), needs_reason=True)


class ApplicationReview(TodoKind):
    """What both reviews share."""

    section, model, related = Section.PEOPLE, Application, ("subdistrict", "category")
    quick_reasons = (*reasons.RETURN.values(), *reasons.DECLINE.values())
    notice_template = "members/_alike.html"
    state: A

    def viewable_by(self, user):
        return Application.objects.within(access_scope(user))  # one's own stands on /join/, without the others alike

    def detail(self, row):
        return f"{row.category}，{row.subdistrict.short_name}"

    def tags(self, row):
        return (str(row.subdistrict),)

    def since(self, row):
        return row.first_reviewed_at or row.submitted_at

    def detail_rows(self, row, user):
        return application_rows(row, user)

    def history(self, row):
        return [HistoryEntry(step.title, step.at, step.who, step.text) for step in timeline.of(row, names=True)]

    def record_opening(self, row, *, actor):
        actions.note_reading(row, actor=actor)

    def options(self, row, user):
        if row.state != self.state or not permissions.can_turn_down(user, row):
            return ()
        return (self.passing, RETURN, DECLINE)

    def decide(self, row, choice, reason, *, actor):
        if choice == "return":
            return actions.return_application(row, actor=actor, reason=reason)
        if choice == "decline":
            return actions.decline_application(row, actor=actor, reason=reason)
        return self.carry_on(row, actor=actor, reason=reason)


class FirstReview(ApplicationReview):
    """初审, by the subdistrict; the district gets what is overdue there."""

    code, label, state = "application-first", gettext_lazy("入册初审"), A.SUBMITTED
    passing = DecisionOption("review_first", gettext_lazy("初审通过"))
    carry_on = staticmethod(actions.review_first)

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
    """复审, by the district and somebody else."""

    code, label, state = "application-second", gettext_lazy("入册复审"), A.FIRST_REVIEWED
    passing = DecisionOption("approve", gettext_lazy("通过，入册"))
    carry_on = staticmethod(actions.approve_application)

    def waiting(self, user):
        if not access_scope(user).district:
            return Application.objects.none()
        return Application.objects.filter(state=A.FIRST_REVIEWED).exclude(user=user).exclude(first_reviewer=user)


class RepresentativeReview(TodoKind):
    """What both reviews of a representative share."""

    section, model, related = Section.PEOPLE, Representative, ("person",)
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
            DetailRow(_("“四有”"), *self._haves(row.person)),
            *person_rows(row.person, user),
        ]

    def _haves(self, person):
        latest = person.assessments.order_by("-assessed_on", "-pk").first()
        if latest is None:
            return _("未评定"), _("先在“四有”评定里评定")
        return latest.get_state_display(), _("%(n)d 项达到") % {"n": latest.met_count()}

    def history(self, row):
        steps = []
        if row.first_reviewed_at:
            steps.append(HistoryEntry(_("初审通过"), row.first_reviewed_at, row.first_reviewer or ""))
        former = row.history.order_by("pgh_id").first()
        return [*steps, HistoryEntry(_("提名"), former and former.pgh_created_at, row.nominated_by or "")]

    def record_opening(self, row, *, actor):
        actions.note_reading(row, actor=actor)

    def options(self, row, user):
        if row.state != self.state or not permissions.can_decline_representative(user, row):
            return ()
        return (self.passing, DECLINE)

    def decide(self, row, choice, reason, *, actor):
        if choice == "decline":
            return actions.decline_representative(row, actor=actor, reason=reason)
        return self.carry_on(row, actor=actor)

    def theirs(self, user: Any):
        """Return the nominations in this state of persons whom `user` is responsible for as staff, their own left out."""
        people = Person.objects.of_staff(access_scope(user)).exclude(user=user)
        return Representative.objects.filter(state=self.state, person__in=people.values("pk"))


class FourHaves(AssessmentTodo):
    """“四有” of a person, whose evidence is about somebody: who opens it is written down."""

    def record_opening(self, row, *, actor):
        actions.note_reading(row, actor=actor)


class FirstReviewOfRepresentative(RepresentativeReview):
    code, label, state = "representative-first", gettext_lazy("代表人士初审"), R.NOMINATED
    passing = DecisionOption("first_review", gettext_lazy("初审通过"))
    carry_on = staticmethod(actions.first_review_representative)

    def waiting(self, user):
        return self.theirs(user) if access_scope(user).staff else Representative.objects.none()


class SecondReviewOfRepresentative(RepresentativeReview):
    code, label, state = "representative-second", gettext_lazy("代表人士复审"), R.FIRST_REVIEWED
    passing = DecisionOption("name", gettext_lazy("确定为代表人士"))
    carry_on = staticmethod(actions.name_representative)

    def waiting(self, user):
        if not access_scope(user).district:
            return Representative.objects.none()
        return self.theirs(user).exclude(first_reviewer=user)

    def since(self, row):
        return row.first_reviewed_at
