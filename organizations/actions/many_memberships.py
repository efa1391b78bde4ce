"""Many memberships in one step, for imports: the rules, locks, audit entries and notices of the actions on one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.notices.actions import notify_many
from members.models import Person

from .. import permissions
from ..models import Membership, Organization, Post
from ..states import MembershipState
from .memberships import correction_refusal, entry_refusal

DATES = ("joined_on", "left_on", "reason")


@transaction.atomic
def add_memberships(entries: Sequence[Mapping[str, Any]], *, actor: Any) -> list[Any]:
    """Enter many members as `add_membership` does; return for each entry the membership, or the refusal of it.

    An entry has `organization`, `person` and `joined_on` (None: today). Locks the organizations, then the persons, each in the
    order of their keys.
    """
    areas, people = {entry["organization"].pk for entry in entries}, {entry["person"].pk for entry in entries}
    lock_for_entry(areas, people)
    organizations, persons = Organization.objects.in_bulk(areas), _people(people)
    pairs = Membership.objects.open().filter(organization__in=organizations, person__in=persons)
    taken = set(pairs.values_list("organization_id", "person_id"))
    now, found = clock.now(), []
    for entry in entries:
        organization, person = organizations[entry["organization"].pk], persons[entry["person"].pk]
        pair = (organization.pk, person.pk)
        refusal = entry_refusal(organization, person, entry["joined_on"], actor, is_open=pair in taken)
        if refusal is None:
            taken.add(pair)
        found.append(refusal or _new(organization, person, entry["joined_on"], actor, now))
    made = [row for row in found if isinstance(row, Membership)]
    Membership.objects.bulk_create(made, batch_size=1000)
    _record("membership.added", made, actor)
    _notify(made, "organizations/membership_added")
    return found


def _new(organization, person, joined_on, actor, now):
    return Membership(
        organization=organization,
        person=person,
        state=MembershipState.ACTIVE,
        applied_at=now,
        joined_on=joined_on or clock.today(),
        decided_by=actor,
        decided_at=now,
        is_demo=person.is_demo,
    )


@transaction.atomic
def correct_memberships(
    corrections: Sequence[tuple[Membership, Mapping[str, Any]]], *, reason: str, actor: Any
) -> list[Any]:
    """Correct the dates of many memberships as `correct_membership` does, for one `reason`; return rows or refusals.

    Each correction is (membership, its `joined_on` and `left_on`). Raises ActionError("reason"), ("too_long").
    """
    reason = required_reason(reason)
    rows = lock_memberships({row.pk for row, _data in corrections})
    found: list[Any] = []
    for row, data in corrections:
        membership = rows.get(row.pk)
        refusal = (
            NotAllowed("gone")
            if membership is None
            else correction_refusal(membership, data["joined_on"], data["left_on"], actor)
        )
        if refusal is None and membership is not None:
            membership.joined_on, membership.left_on, membership.reason = data["joined_on"], data["left_on"], reason
        found.append(refusal or membership)
    made = [row for row in found if isinstance(row, Membership)]
    _save_dates(made)
    _record("membership.corrected", made, actor, fields=DATES)
    _notify(made, "organizations/membership_corrected")
    return found


def _save_dates(memberships):
    """Save the dates and the reason, one statement for all rows with the same ones: `bulk_update` takes ten times as long."""
    same = defaultdict(list)
    for row in memberships:
        same[row.joined_on, row.left_on, row.reason].append(row.pk)
    for values, pks in same.items():
        Membership.objects.filter(pk__in=pks).update(**dict(zip(DATES, values, strict=True)))


@transaction.atomic
def remove_memberships(memberships: Sequence[Membership], *, actor: Any) -> list[Any]:
    """Delete memberships that were entered by mistake, such as by an import that is taken back; return rows or refusals.

    Their persons are notified. Refused with ActionError("state") are those that have ended, and ("post") those of somebody
    who holds a post in the organization; NotAllowed as `add_membership`.
    """
    rows = lock_memberships({row.pk for row in memberships})
    today = clock.today()
    posts = Post.objects.on(today).filter(organization__in={row.organization_id for row in rows.values()})
    holders = set(posts.values_list("organization_id", "person_id"))
    found = [_removal_refusal(rows.get(row.pk), holders, actor) or rows[row.pk] for row in memberships]
    gone = [row for row in found if isinstance(row, Membership)]
    _record("membership.removed", gone, actor)
    _notify(gone, "organizations/membership_removed")
    history.delete_with_history(Membership.objects.filter(pk__in=[row.pk for row in gone]))
    return found


def _removal_refusal(membership, holders, actor):
    if membership is None or not permissions.can_decide_membership(actor, membership):
        return NotAllowed("remove")
    if membership.state != MembershipState.ACTIVE:
        return ActionError(_("会员身份已经有了变化。"), code="state")
    if (membership.organization_id, membership.person_id) in holders:
        return ActionError(_("已经担任职务，先卸任。"), code="post")
    return None


def lock_memberships(pks: set[Any]) -> dict[Any, Membership]:
    """Return key → membership, locked, with organization, person and account."""
    rows = Membership.objects.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {row.pk: row for row in rows.select_related("organization", "person__user")}


def _people(pks):
    """Return key → person with their account, without what no membership needs."""
    rows = Person.objects.filter(pk__in=pks).select_related("user")
    return {row.pk: row for row in rows.defer("name_search", "unit_search", "can", "want", "unit", "job", "name_key")}


def lock_for_entry(organizations: set[Any], persons: set[Any]) -> None:
    """Lock the organizations, then the persons, with these keys, as `add_membership` does, in the order of the keys."""
    for model, pks in ((Organization, organizations), (Person, persons)):
        _lock(model, pks)


def lock_for_correction(memberships: set[Any]) -> None:
    """Lock the memberships with these keys, as `correct_membership` does."""
    _lock(Membership, memberships)


def _lock(model, pks):
    rows = model._base_manager.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",), no_key=True)
    if pks:
        list(rows.values_list("pk"))


def _record(verb, rows, actor, *, fields=()):
    audit.record_many(verb, [(row, row.person, row.person.user) for row in rows], actor=actor, fields=fields)


def _notify(rows, template):
    url = reverse("organizations:mine")
    texts = [(row.organization_id, row.joined_on, row.left_on, row.reason) for row in rows]  # what the templates print
    found = [(row.person, url if row.person.user_id else "", {"membership": row}) for row in rows]
    notify_many(found, template, same=texts)
