"""Who may do what in an organization (domain.md rules 2, 4 and 12)."""

from typing import Any

from chengyang.platform.accounts.access import access_scope


def can_apply_for_membership(actor: Any, person: Any) -> bool:
    """Allow a person to apply for themself only."""
    return bool(actor.is_authenticated and actor.is_active and person.user_id == actor.pk)


def can_decide_membership(actor: Any, membership: Any) -> bool:
    """Allow whoever manages the organization, except on an own application (rule 2)."""
    own = membership.person.user_id == actor.pk
    return not own and can_manage_organization(actor, membership.organization)


def can_add_membership(actor: Any, organization: Any, person: Any) -> bool:
    """Allow whoever manages the organization to enter somebody else as a member."""
    return person.user_id != actor.pk and can_manage_organization(actor, organization)


def can_end_membership(actor: Any, membership: Any) -> bool:
    """Allow the member only: leaving needs no approval and no reason (rule 12).

    Whoever manages the organization ends a membership with a reason that the member reads (`can_decide_membership`).
    """
    return can_apply_for_membership(actor, membership.person)


def can_manage_organization(actor: Any, organization: Any) -> bool:
    """Allow the secretary and the responsible staff; for an organization of the district that is the district office."""
    scope = access_scope(actor)
    return organization.pk in scope.managed("organization") or scope.covers(organization.subdistrict_id)


def can_keep_lists(actor: Any, row: Any) -> bool:
    """Allow the district office to keep the kinds of organizations and their fields of work."""
    return access_scope(actor).district


def can_keep_charter(actor: Any, organization: Any) -> bool:
    """Allow the secretary and the responsible staff."""
    return can_manage_organization(actor, organization)


# ---- founding, suspending, dissolving: two officers -------------------------------------------------------------------
def can_prepare_step(actor: Any, organization: Any) -> bool:
    """Allow the secretary and the responsible staff to prepare and to submit."""
    return can_manage_organization(actor, organization)


def can_agree_to_step(actor: Any, step: Any) -> bool:
    """Allow the responsible staff, for a dissolution those of the district only.

    Not who prepared or submitted it (rule 2), and nobody who holds a post in the organization.
    """
    own = actor.pk in (step.submitted_by_id, step.prepared_by_id)
    return not own and can_withdraw_step(actor, step) and not step.organization.posts.own(actor).exists()


def can_withdraw_step(actor: Any, step: Any) -> bool:
    """Allow the responsible staff, for a dissolution those of the district only."""
    scope = access_scope(actor)
    return scope.district or (step.kind != "dissolve" and scope.covers(step.organization.subdistrict_id))


def can_appoint(actor: Any, organization: Any) -> bool:
    """Allow the staff responsible for the organization; a secretary does not appoint a successor."""
    return access_scope(actor).covers(organization.subdistrict_id)


# ---- the rotating chair (rule 6) -------------------------------------------------------------------------------------
def can_record_term(actor: Any, organization: Any) -> bool:
    """Allow the staff responsible for the organization: a secretary does not set the own term."""
    return can_appoint(actor, organization)


def can_plan_duty(actor: Any, organization: Any) -> bool:
    """Allow the secretary and the responsible staff."""
    return can_manage_organization(actor, organization)


def can_move_duty(actor: Any, duty: Any) -> bool:
    """Allow whoever plans, and the person whose share it is: to propose a swap, or a substitute for days of it."""
    return _is(actor, duty.person) or can_plan_duty(actor, duty.organization)


def can_answer_duty(actor: Any, duty: Any) -> bool:
    """Allow only the person who is proposed as a substitute."""
    return _is(actor, duty.person)


def can_withdraw_duty(actor: Any, duty: Any, share: Any) -> bool:
    """Allow the substitute, the person of the share around the days, and whoever plans."""
    return _is(actor, duty.person) or can_move_duty(actor, share)


def can_answer_swap(actor: Any, swap: Any) -> bool:
    """Allow only the two whose shares are exchanged."""
    return _is(actor, swap.giver) or _is(actor, swap.taker)


def can_withdraw_swap(actor: Any, swap: Any) -> bool:
    """Allow who proposed it, who would give the share, and whoever plans; the other one declines."""
    asked = bool(actor.is_authenticated) and actor.pk == swap.asked_by_id
    return asked or _is(actor, swap.giver) or can_plan_duty(actor, swap.organization)


def can_hand_over(actor: Any, sheet: Any) -> bool:
    """Allow only the person who hands over."""
    return _is(actor, sheet.giver)


def can_take_over(actor: Any, sheet: Any) -> bool:
    """Allow only the person who takes over."""
    return _is(actor, sheet.taker)


# ---- change of term: two officers ------------------------------------------------------------------------------------
def can_prepare_term_change(actor: Any, organization: Any) -> bool:
    """Allow the secretary and the responsible staff to nominate, to list and to record the result."""
    return can_manage_organization(actor, organization)


def can_answer_nomination(actor: Any, candidate: Any) -> bool:
    """Allow only the person who is nominated."""
    return _is(actor, candidate.person)


def can_agree_to_term_change(actor: Any, change: Any) -> bool:
    """Allow the responsible staff, but not who submitted the result (rule 2), nor somebody who is elected by it."""
    own = actor.pk in (change.submitted_by_id, change.prepared_by_id)
    elected = actor.is_authenticated and change.candidates.filter(person__user=actor.pk).exists()
    return not own and not elected and can_appoint(actor, change.organization)


def can_withdraw_term_change(actor: Any, change: Any) -> bool:
    """Allow the responsible staff, until midnight."""
    return can_appoint(actor, change.organization)


def _is(actor: Any, person: Any) -> bool:
    is_known = bool(actor.is_authenticated and actor.is_active and person is not None)
    return is_known and person.user_id == actor.pk and person.is_active
