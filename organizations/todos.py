"""What waits for a secretary: who wants to join."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.platform.accounts.access import reach
from chengyang.platform.staff.registry import Choice, Decision, Fact, Job, Step
from members.actions import note_reading
from members.detail_rows import number_fact

from . import actions, permissions
from .models import Membership
from .states import MembershipState


class AcceptMember(Decision):
    """An application for membership; staff responsible for the organization get what is overdue there."""

    code, label, job, model = "membership", gettext_lazy("入会申请"), Job.ORGANIZATIONS, Membership
    related = ("person", "organization")
    quick_reasons = (
        (gettext_lazy("类别不同"), gettext_lazy("本组织面向的类别不同，建议加入更合适的组织。")),
        (gettext_lazy("不在范围"), gettext_lazy("工作所在地不在本组织范围。")),
    )

    def waiting(self, user):
        seen = reach(user)
        if not (seen.staff or seen.organizations):
            return Membership.objects.none()
        rows = Membership.objects.visible_to(user).filter(state=MembershipState.APPLIED, person__state="active")
        rows = rows.exclude(person__user=user)
        own = rows.filter(organization__in=seen.organizations)
        return own | rows.filter(due_on__lt=clock.today()) if seen.staff else own

    def seen(self, user):
        """Return those to decide and those taken in: who was declined or left is read no further."""
        return Membership.objects.visible_to(user).current()

    def title(self, row):
        return row.person.name

    def detail(self, row):
        return str(row.organization)

    def tags(self, row):
        return (str(row.organization),)

    def since(self, row):
        return row.applied_at

    def facts(self, row, user):
        """Return what the page of the application said that the secretary would see, and nothing else."""
        person = row.person
        return [
            Fact(_("姓名"), person.name),
            Fact(_("类别"), person.category),
            Fact(_("工作单位"), person.unit),
            Fact(_("工作"), person.job),
            Fact(_("所在街道"), person.subdistrict),
            Fact(_("能帮上"), "、".join(map(str, person.can_labels()))),
            Fact(_("希望得到"), "、".join(map(str, person.want_labels()))),
            number_fact(person, person.phone, user),
            Fact(_("想加入"), row.organization, url=row.organization.get_absolute_url()),
        ]

    def history(self, row):
        steps = [Step(_("申请加入"), row.applied_at, _("本人"))]
        if row.decided_at:
            steps.insert(0, Step(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason))
        return steps

    def opened(self, row, *, actor):
        note_reading(row.person, actor=actor)

    def choices(self, row, user):
        if row.state != MembershipState.APPLIED or not permissions.can_decide_membership(user, row):
            return ()
        return (
            Choice("accept", gettext_lazy("接纳")),
            Choice("decline", gettext_lazy("不接纳"), needs_reason=True),
        )

    def decide(self, row, choice, reason, *, actor):
        if choice == "accept":
            return actions.accept_membership(row, actor=actor)
        return actions.decline_membership(row, actor=actor, reason=reason)
