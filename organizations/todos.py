"""To-do kind of organizations: applications for membership that wait for the secretary."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.links import page_url
from members import actions as members
from members.detail_rows import number_row

from . import actions, permissions
from .models import Membership
from .states import MembershipState


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
