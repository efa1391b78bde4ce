"""What a step in the life of an organization changes: its dates, its posts, its memberships, and who is notified."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.platform.audit import actions as audit
from chengyang.platform.notices.actions import notify
from members.models import Person

from ..models import LifeStep, Membership, Organization
from ..states import OrganizationState
from .memberships import close_memberships
from .posts import end_posts_on, restore_ends

S = OrganizationState


@dataclass(frozen=True)
class Effect:
    """The verb that is recorded when the state changes, and the state in which a withdrawal on the same day leaves it."""

    verb: str
    undone: str


EFFECTS = {
    LifeStep.Kind.FOUND: Effect("organization.founded", S.PREPARING),
    LifeStep.Kind.SUSPEND: Effect("organization.suspended", S.FOUNDED),
    LifeStep.Kind.RESUME: Effect("organization.resumed", S.SUSPENDED),
    LifeStep.Kind.DISSOLVE: Effect("organization.closed", ""),  # never on the same day
}


def dates_of(step: LifeStep) -> dict[str, Any]:
    """Return the columns of the organization that the step sets, with their values."""
    if step.kind == LifeStep.Kind.FOUND:
        founders = step.organization.memberships.all().number() or None
        return {"founded_on": step.day, "founded_text": step.day.isoformat(), "founding_members": founders}
    if step.kind == LifeStep.Kind.SUSPEND:
        return {"suspended_on": step.day}
    return {"dissolved_on": step.day} if step.kind == LifeStep.Kind.DISSOLVE else {}


def dates_before(step: LifeStep) -> dict[str, Any]:
    """Return the columns that `dates_of` names, with the values from before."""
    if step.kind == LifeStep.Kind.FOUND:
        return {"founded_on": None, "founded_text": "", "founding_members": None}
    if step.kind == LifeStep.Kind.SUSPEND:
        earlier = step.organization.life_steps.filter(kind=step.kind, effected_at__isnull=False).exclude(pk=step.pk)
        return {"suspended_on": earlier.order_by("-on").values_list("on", flat=True).first()}
    return {"dissolved_on": None} if step.kind == LifeStep.Kind.DISSOLVE else {}


def end_posts(step: LifeStep, actor: Any) -> dict[str, str]:
    """End the posts of an organization that is dissolved on the day of `step`; return the ends that they had."""
    rows = step.organization.posts.valid().exclude(ends__lte=step.day).select_related("person__user")
    return end_posts_on(rows.order_by("starts", "pk"), step.day, reason=_("组织注销"), actor=actor)


def restore_posts(step: LifeStep, actor: Any) -> None:
    """Give the posts the ends back that they had before `end_posts`."""
    restore_ends(step.ended, actor=actor)


def take_effect(step: LifeStep, actor: Any) -> None:
    """Enter the state of `step` (locked with its organization), whose midnight has come; end what a dissolution ends."""
    organization: Organization = step.organization
    organization.state, organization.next_state, organization.next_on = step.target, "", None
    organization.save(update_fields=["state", "next_state", "next_on"])
    audit.record(EFFECTS[LifeStep.Kind(step.kind)].verb, organization, actor=actor, fields=["state"])
    if step.kind == LifeStep.Kind.DISSOLVE:
        close_memberships(organization, step.day, actor)
    step.effected_at = clock.now()
    step.save(update_fields=["effected_at"])


def announce(step: LifeStep, template: str) -> None:
    """Notify the members of the organization and those in post, each once."""
    organization = step.organization
    members = Membership.objects.active().filter(organization=organization).values("person")
    holders = organization.posts.valid().exclude(ends__lte=clock.today()).values("person")
    people = Person.objects.filter(state="active").filter(pk__in=members) | Person.objects.filter(
        state="active", pk__in=holders
    )
    for person in people.select_related("user").order_by("pk"):
        url = reverse("organizations:mine") if person.user_id else ""
        notify(person, template, url=url, step=step, organization=organization)
