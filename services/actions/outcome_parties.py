"""Who took part in an outcome: added and removed until somebody has checked it; persons take their own name off at any time."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, require_state
from chengyang.platform.notices.actions import notify
from members.models import Person

from .. import permissions
from ..models import ORGANIZERS, Outcome, OutcomeParty
from ..states import OutcomeState


@transaction.atomic
def add_party(outcome: Outcome, *, actor: Any, **who: Any) -> OutcomeParty:
    """Name who took part in `outcome`: one of `person`, `organization`, `base`, `team`, `programme` and `activity`.

    A person is notified. Raises NotAllowed, ActionError("state") once it is checked or refused, ("own") for the organizer that
    reported it, ("person") for somebody who is not in the registry or whom the actor does not see, ("invalid").
    """
    outcome = lock(outcome)
    require_state(outcome, OutcomeState.REPORTED)
    require(permissions.can_change_parties, actor, outcome)
    party = OutcomeParty(outcome=outcome, is_demo=outcome.is_demo)
    assign(party, who, fields=OutcomeParty.EDITABLE_FIELDS)
    if any(who.get(name) and who[name].pk == getattr(outcome, f"{name}_id") for name in (*ORGANIZERS, "activity")):
        raise ActionError(_("它本来就在这一条里，不用再列。"), code="own")
    person = who.get("person")
    if person and not Person.objects.visible_to(actor).filter(pk=person.pk, state="active").exists():
        raise ActionError(_("没有这位人士，或者不归你管。"), code="person", field="person")
    validate(party)
    party.save(force_insert=True)
    audit.record("outcome.party_added", outcome, actor=actor, person=person)
    if person:
        notify(person, "services/outcome_named", url=reverse("services:contribution"), outcome=outcome)
    return party


@transaction.atomic
def remove_party(party: OutcomeParty, *, actor: Any) -> OutcomeParty:
    """Take `party` off an outcome that nobody has checked. Raises NotAllowed, ActionError("state")."""
    outcome = lock(party.outcome)
    require_state(outcome, OutcomeState.REPORTED)
    require(permissions.can_change_parties, actor, outcome)
    return _remove(party, outcome, actor)


@transaction.atomic
def leave_outcome(party: OutcomeParty, *, actor: Any) -> OutcomeParty:
    """Take one's own name off an outcome and all its corrections, at any time; its number stays.

    Raises NotAllowed for the names of others.
    """
    outcome = lock(party.outcome)
    require(permissions.can_leave_outcome, actor, party)
    for row in OutcomeParty.objects.filter(person=party.person, outcome__in=_corrections_of(outcome)).exclude(
        pk=party.pk
    ):
        _remove(row, row.outcome, actor)
    return _remove(party, outcome, actor)


def _corrections_of(outcome):
    """Return the rows that stand for the same thing: the first one, those that reverse it, and those that say what is right."""
    while outcome.replaces_id:
        outcome = outcome.replaces.reverses
    found = [outcome.reverses or outcome]
    for row in found:  # it grows meanwhile
        found += Outcome.objects.filter(Q(reverses=row) | Q(replaces__reverses=row)).exclude(
            pk__in=[one.pk for one in found]
        )
    return found


def delete_parties_of(person: Any) -> None:
    """Delete the rows that name `person`, with their history: they left the registry. Safe to repeat."""
    history.delete_with_history(OutcomeParty.objects.filter(person=person))


def _remove(party, outcome, actor):
    audit.record("outcome.party_removed", outcome, actor=actor, person=party.person)
    history.delete_with_history(OutcomeParty.objects.filter(pk=party.pk))
    return party
