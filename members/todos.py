"""What waits for an officer in the registry: two reviews of an application, two of a representative."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import reach
from chengyang.platform.staff.assessment_admin import AssessmentDecision
from chengyang.platform.staff.registry import Choice, Decision, Fact, Job, Step

from . import actions, permissions, reasons, timeline
from .detail_rows import application_facts, person_facts
from .models import Application, Person, Representative
from .states import ApplicationState as A
from .states import RepresentativeState as R

RETURN = Choice("return", gettext_lazy("退回修改"), needs_reason=True)
DECLINE = Choice("decline", gettext_lazy("不予通过"), needs_reason=True)


class ApplicationReview(Decision):
    """What both reviews share."""

    job, model, related = Job.PEOPLE, Application, ("subdistrict", "category")
    quick_reasons = (*reasons.RETURN.values(), *reasons.DECLINE.values())
    notice_template = "members/_alike.html"
    state: A

    def seen(self, user):
        return Application.objects.within(reach(user))  # one's own stands on /join/, without the others alike

    def detail(self, row):
        return f"{row.category}，{row.subdistrict.short_name}"

    def tags(self, row):
        return (str(row.subdistrict),)

    def since(self, row):
        return row.first_reviewed_at or row.submitted_at

    def facts(self, row, user):
        return application_facts(row, user)

    def history(self, row):
        return [Step(step.title, step.at, step.who, step.text) for step in timeline.of(row, names=True)]

    def opened(self, row, *, actor):
        actions.note_reading(row, actor=actor)

    def choices(self, row, user):
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
    passing = Choice("review_first", gettext_lazy("初审通过"))
    carry_on = staticmethod(actions.review_first)

    def waiting(self, user):
        seen = reach(user)
        if not seen.staff:
            return Application.objects.none()
        rows = Application.objects.within(seen).filter(state=A.SUBMITTED).exclude(user=user)
        if not seen.district:
            return rows
        own = rows.filter(subdistrict__in=seen.subdistricts)
        return own | rows.filter(due_on__lt=clock.today())


class SecondReview(ApplicationReview):
    """复审, by the district and somebody else."""

    code, label, state = "application-second", gettext_lazy("入册复审"), A.FIRST_REVIEWED
    passing = Choice("approve", gettext_lazy("通过，入册"))
    carry_on = staticmethod(actions.approve_application)

    def waiting(self, user):
        if not reach(user).district:
            return Application.objects.none()
        return Application.objects.filter(state=A.FIRST_REVIEWED).exclude(user=user).exclude(first_reviewer=user)


class RepresentativeReview(Decision):
    """What both reviews of a representative share."""

    job, model, related = Job.PEOPLE, Representative, ("person",)
    state: R

    def seen(self, user):
        people = Person.objects.of_staff(reach(user))
        return Representative.objects.filter(person__in=people.values("pk"))

    def detail(self, row):
        return _("任期 %(days)s") % {"days": dates.days(row.starts, row.ends)}

    def tags(self, row):
        return (str(row.person.subdistrict),)

    def facts(self, row, user):
        return [
            Fact(_("任期"), dates.days(row.starts, row.ends)),
            Fact(_("“四有”"), *self._haves(row.person)),
            *person_facts(row.person, user),
        ]

    def _haves(self, person):
        latest = person.assessments.order_by("-assessed_on", "-pk").first()
        if latest is None:
            return _("未评定"), _("先在“四有”评定里评定")
        return latest.get_state_display(), _("%(n)d 项达到") % {"n": latest.met_count()}

    def history(self, row):
        steps = []
        if row.first_reviewed_at:
            steps.append(Step(_("初审通过"), row.first_reviewed_at, row.first_reviewer or ""))
        former = row.history.order_by("pgh_id").first()
        return [*steps, Step(_("提名"), former and former.pgh_created_at, row.nominated_by or "")]

    def opened(self, row, *, actor):
        actions.note_reading(row, actor=actor)

    def choices(self, row, user):
        if row.state != self.state or not permissions.can_decline_representative(user, row):
            return ()
        return (self.passing, DECLINE)

    def decide(self, row, choice, reason, *, actor):
        if choice == "decline":
            return actions.decline_representative(row, actor=actor, reason=reason)
        return self.carry_on(row, actor=actor)

    def theirs(self, user: Any):
        """Return the nominations in this state of persons whom `user` is responsible for as staff, their own left out."""
        people = Person.objects.of_staff(reach(user)).exclude(user=user)
        return Representative.objects.filter(state=self.state, person__in=people.values("pk"))


class FourHaves(AssessmentDecision):
    """“四有” of a person, whose evidence is about somebody: who opens it is written down."""

    def opened(self, row, *, actor):
        actions.note_reading(row, actor=actor)


class FirstReviewOfRepresentative(RepresentativeReview):
    code, label, state = "representative-first", gettext_lazy("代表人士初审"), R.NOMINATED
    passing = Choice("first_review", gettext_lazy("初审通过"))
    carry_on = staticmethod(actions.first_review_representative)

    def waiting(self, user):
        return self.theirs(user) if reach(user).staff else Representative.objects.none()


class SecondReviewOfRepresentative(RepresentativeReview):
    code, label, state = "representative-second", gettext_lazy("代表人士复审"), R.FIRST_REVIEWED
    passing = Choice("name", gettext_lazy("确定为代表人士"))
    carry_on = staticmethod(actions.name_representative)

    def waiting(self, user):
        if not reach(user).district:
            return Representative.objects.none()
        return self.theirs(user).exclude(first_reviewer=user)

    def since(self, row):
        return row.first_reviewed_at
