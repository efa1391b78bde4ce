"""Permissions in the registry (domain.md rules 1, 2 and 12); the transitions that a state allows are in states.py."""

from typing import Any

from chengyang.platform.accounts.access import access_scope

from .states import APPLICATION_WITH_STAFF, ApplicationState, PersonState


# ---- applications ----------------------------------------------------------------------------------------------------
def can_apply(actor: Any, user: Any) -> bool:
    """Allow every active account to apply for itself only."""
    return bool(actor.is_authenticated and actor.is_active and actor.pk == user.pk)


def can_write_application(actor: Any, application: Any) -> bool:
    """Allow the applicant to edit, submit and withdraw the application."""
    return can_apply(actor, application.user) if application.user_id == actor.pk else False


def can_review_first(actor: Any, application: Any) -> bool:
    """Allow the staff responsible for the subdistrict, except for an own application (rule 2)."""
    return access_scope(actor).covers(application.subdistrict_id) and actor.pk != application.user_id


def can_review_second(actor: Any, application: Any) -> bool:
    """Allow district staff other than the first reviewer and the applicant (rule 2)."""
    return access_scope(actor).district and actor.pk not in (application.user_id, application.first_reviewer_id)


def can_turn_down(actor: Any, application: Any) -> bool:
    """Allow whoever may pass the present review to return the application, or to propose that it is declined."""
    if application.state == ApplicationState.FIRST_REVIEWED:
        return can_review_second(actor, application)
    if application.state == ApplicationState.DECLINE_PROPOSED:
        return can_confirm_decline(actor, application)
    return can_review_first(actor, application)


def can_confirm_decline(actor: Any, application: Any) -> bool:
    """Allow district staff other than the proposer and the applicant (rule 2)."""
    return access_scope(actor).district and actor.pk not in (application.user_id, application.declined_by_id)


def can_decide_objection(actor: Any, application: Any) -> bool:
    """Allow district staff who took no part in declining the application (rule 2)."""
    took_part = (application.user_id, application.declined_by_id, application.decline_confirmed_by_id)
    return access_scope(actor).district and actor.pk not in took_part


def can_undo_review(actor: Any, application: Any) -> bool:
    """Allow the officer who decided last, as long as they are responsible for it."""
    is_own_decision = actor.pk == application.acted_by_id != application.user_id
    return is_own_decision and access_scope(actor).covers(application.subdistrict_id)


def can_edit_categories(actor: Any, category: Any) -> bool:
    """Allow district staff."""
    return access_scope(actor).district


# ---- persons ---------------------------------------------------------------------------------------------------------
def is_own(actor: Any, person: Any) -> bool:
    """Return whether `person` is the person of the actor."""
    return bool(actor.is_authenticated and actor.is_active and person.user_id == actor.pk)


def can_enter_person(actor: Any, subdistrict_id: int | None) -> bool:
    """Allow the staff responsible for the subdistrict where the person works."""
    return subdistrict_id is not None and access_scope(actor).covers(subdistrict_id)


def can_edit_record(actor: Any, person: Any) -> bool:
    """Allow the staff responsible for the subdistrict, while the record waits for its person (rule 1)."""
    return person.state == PersonState.UNCONFIRMED and can_enter_person(actor, person.subdistrict_id)


def can_confirm_person(actor: Any, person: Any) -> bool:
    """Allow the account with the verified phone number of the record (rule 1)."""
    verified = actor.is_authenticated and actor.is_active and actor.phone_index
    return bool(verified) and verified == person.phone_index


def can_edit_own_details(actor: Any, person: Any) -> bool:
    """Allow the person only."""
    return is_own(actor, person)


def can_correct_person(actor: Any, person: Any) -> bool:
    """Allow the staff responsible for the person, except for themself; the person is notified."""
    return access_scope(actor).covers(person.subdistrict_id) and not is_own(actor, person)


def can_choose_person(actor: Any, person: Any) -> bool:
    """Allow staff, who look persons up in forms, to fill in somebody else than themself."""
    return access_scope(actor).staff and not is_own(actor, person)


def can_return(actor: Any, person: Any) -> bool:
    """Allow the person only."""
    return is_own(actor, person)


def can_leave(actor: Any, person: Any) -> bool:
    """Allow the person; for a person without an account the responsible staff, on request (rule 12: never an approval)."""
    asked_in_person = person.user_id is None and access_scope(actor).covers(person.subdistrict_id)
    return is_own(actor, person) or asked_in_person


def can_read_number(actor: Any, row: Any) -> bool:
    """Allow the staff responsible for the person or applicant, and secretaries of the person's organizations (P26).

    Nobody reads the number of a person who is not in the registry, or of an application that is closed to staff (P06).
    """
    if row.user_id == actor.pk:
        return False  # the own number is on 我的数据
    if not _is_open_to_officers(row):
        return False
    scope = access_scope(actor)
    return scope.covers(row.subdistrict_id) or _is_secretary_of(scope, row)


def _is_open_to_officers(row):
    """Return whether officers may read `row`, a Person or an Application; the same rule as `within` of their QuerySets."""
    if row.state == ApplicationState.APPROVED:
        return row.person is not None and row.person.is_active
    return row.state in (PersonState.ACTIVE, *APPLICATION_WITH_STAFF)


def _is_secretary_of(scope, row):
    memberships = getattr(row, "memberships", None)
    if memberships is None or not scope.managed("organization"):
        return False
    return memberships.filter(organization__in=scope.managed("organization"), state="active").exists()


# ---- representatives -------------------------------------------------------------------------------------------------
def can_nominate(actor: Any, person: Any) -> bool:
    """Allow the staff responsible for the person, except for themself."""
    return access_scope(actor).covers(person.subdistrict_id) and not is_own(actor, person)


def can_first_review_representative(actor: Any, representative: Any) -> bool:
    """Allow the staff responsible for the person, except for themself (rule 2)."""
    return can_nominate(actor, representative.person)


def can_name_representative(actor: Any, representative: Any) -> bool:
    """Allow district staff other than the first reviewer and the person (rule 2)."""
    another_reviewer = actor.pk != representative.first_reviewer_id
    return access_scope(actor).district and another_reviewer and not is_own(actor, representative.person)


def can_undo_representative_review(actor: Any, representative: Any) -> bool:
    """Allow an officer who took part in the review, as long as they are responsible for the person."""
    took_part = ("first_reviewer_id", "second_reviewer_id", "declined_by_id", "decline_confirmed_by_id")
    decided = actor.pk in [getattr(representative, name) for name in took_part]
    return decided and can_first_review_representative(actor, representative)


def can_end_term(actor: Any, representative: Any) -> bool:
    """Allow district staff, except for themself, to end a term early or to correct its dates."""
    return access_scope(actor).district and not is_own(actor, representative.person)


def can_decline_representative(actor: Any, representative: Any) -> bool:
    """Allow whoever may pass the present review."""
    if representative.state == "first_reviewed":
        return can_name_representative(actor, representative)
    return can_first_review_representative(actor, representative)


def can_confirm_decline_of_representative(actor: Any, representative: Any) -> bool:
    """Allow district staff other than the person and whoever proposed to decline the nomination (rule 2)."""
    another_officer = actor.pk != representative.declined_by_id
    return access_scope(actor).district and another_officer and not is_own(actor, representative.person)
