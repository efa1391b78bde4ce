"""Who may do what in the registry (domain.md rules 1, 2 and 12). What a state allows stands in states.py."""

from typing import Any

from chengyang.platform.accounts.access import access_scope

from .states import ApplicationState


# ---- applications ----------------------------------------------------------------------------------------------------
def can_apply(actor: Any, user: Any) -> bool:
    """Everybody for themself, and nobody for somebody else."""
    return bool(actor.is_authenticated and actor.is_active and actor.pk == user.pk)


def can_write_application(actor: Any, application: Any) -> bool:
    """The applicant: fills it in, sends it, takes it back."""
    return can_apply(actor, application.user) if application.user_id == actor.pk else False


def can_review_first(actor: Any, application: Any) -> bool:
    """Staff responsible for the subdistrict, never for themself (rule 2)."""
    return access_scope(actor).covers(application.subdistrict_id) and actor.pk != application.user_id


def can_review_second(actor: Any, application: Any) -> bool:
    """District staff, somebody else than the first reviewer and the applicant (rule 2)."""
    return access_scope(actor).district and actor.pk not in (application.user_id, application.first_reviewer_id)


def can_turn_down(actor: Any, application: Any) -> bool:
    """Who has it to decide: return it or decline it."""
    if application.state == ApplicationState.FIRST_REVIEWED:
        return can_review_second(actor, application)
    return can_review_first(actor, application)


def can_keep_categories(actor: Any, category: Any) -> bool:
    """The district office."""
    return access_scope(actor).district


# ---- persons ---------------------------------------------------------------------------------------------------------
def is_own(actor: Any, person: Any) -> bool:
    """Whether `person` is the actor."""
    return bool(actor.is_authenticated and actor.is_active and person.user_id == actor.pk)


def can_enter_person(actor: Any, subdistrict_id: int | None) -> bool:
    """Staff responsible for the subdistrict where the person works."""
    return subdistrict_id is not None and access_scope(actor).covers(subdistrict_id)


def can_confirm_person(actor: Any, person: Any) -> bool:
    """Who proved the number that the record was made with (rule 1)."""
    proved = actor.is_authenticated and actor.is_active and actor.phone_index
    return bool(proved) and proved == person.phone_index


def can_edit_particulars(actor: Any, person: Any) -> bool:
    """The person themself."""
    return is_own(actor, person)


def can_correct_person(actor: Any, person: Any) -> bool:
    """Staff responsible for the person, who is told; nobody corrects themself here."""
    return access_scope(actor).covers(person.subdistrict_id) and not is_own(actor, person)


def can_leave(actor: Any, person: Any) -> bool:
    """The person; for somebody without an account the staff they ask (rule 12: never an approval)."""
    asked_in_person = person.user_id is None and access_scope(actor).covers(person.subdistrict_id)
    return is_own(actor, person) or asked_in_person


def can_read_number(actor: Any, row: Any) -> bool:
    """Staff responsible for the person or applicant, and the secretary of an organization they are in (P26)."""
    if row.user_id == actor.pk:
        return False  # one's own stands on 我的数据
    scope = access_scope(actor)
    return scope.covers(row.subdistrict_id) or _keeps(scope, row)


def _keeps(scope, row):
    memberships = getattr(row, "memberships", None)
    if memberships is None or not scope.managed("organization"):
        return False
    return memberships.filter(organization__in=scope.managed("organization"), state="active").exists()


# ---- representatives -------------------------------------------------------------------------------------------------
def can_nominate(actor: Any, person: Any) -> bool:
    """Staff responsible for the person; nobody nominates themself."""
    return access_scope(actor).covers(person.subdistrict_id) and not is_own(actor, person)


def can_first_review_representative(actor: Any, representative: Any) -> bool:
    """Staff responsible for the person, never for themself (rule 2)."""
    return can_nominate(actor, representative.person)


def can_name_representative(actor: Any, representative: Any) -> bool:
    """District staff, somebody else than the first reviewer and the person (rule 2)."""
    other = actor.pk != representative.first_reviewer_id
    return access_scope(actor).district and other and not is_own(actor, representative.person)


def can_decline_representative(actor: Any, representative: Any) -> bool:
    """Who has it to decide."""
    if representative.state == "first_reviewed":
        return can_name_representative(actor, representative)
    return can_first_review_representative(actor, representative)
