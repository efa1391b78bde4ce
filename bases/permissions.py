"""Who may do what to a base (domain.md rule 4), and to its rooms and visits."""

from chengyang.platform.accounts.access import access_scope

from .states import BookingState


def can_open_base(actor, base) -> bool:
    """Allow the staff responsible for the base; for a base of the district that is the district office."""
    return access_scope(actor).covers(base.subdistrict_id)


def can_close_base(actor, base) -> bool:
    """Allow district staff only; no periodic task and no subdistrict closes a base."""
    return access_scope(actor).district


def can_edit_base(actor, base) -> bool:
    """Allow the manager of the base and the staff responsible for it."""
    scope = access_scope(actor)
    return base.pk in scope.managed("base") or scope.covers(base.subdistrict_id)


def can_appoint(actor, base) -> bool:
    """Allow the staff responsible for the base; a manager does not appoint a successor."""
    return access_scope(actor).covers(base.subdistrict_id)


def can_honour(actor, base) -> bool:
    """Allow district staff only, who hold the certificates."""
    return access_scope(actor).district


# ---- rooms ----------------------------------------------------------------------------------------------------------
def acts_for_booker(actor, booking) -> bool:
    """Return whether `actor` acts for the organization or team that books: by a post in it, or as staff of its area."""
    scope = access_scope(actor)
    for subject in ("organization", "team"):
        if organizer := getattr(booking, subject):
            return organizer.pk in scope.managed(subject) or scope.covers(organizer.subdistrict_id)
    return False


def can_book_room(actor, booking) -> bool:
    """Who acts for an organization or a team books for it; who manages the base books for everybody."""
    return can_edit_base(actor, booking.base) or acts_for_booker(actor, booking)


def can_decide_booking(actor, booking) -> bool:
    """Who manages the base."""
    return can_edit_base(actor, booking.base)


def can_edit_booking(actor, booking) -> bool:
    """Who manages the base; who booked, until the base has confirmed it."""
    if can_edit_base(actor, booking.base):
        return booking.state != BookingState.CLOSURE
    return booking.state == BookingState.PREBOOKED and acts_for_booker(actor, booking)


def can_cancel_booking(actor, booking) -> bool:
    """Either side; a closed period is ended by the base."""
    if can_edit_base(actor, booking.base):
        return True
    return booking.state != BookingState.CLOSURE and acts_for_booker(actor, booking)


# ---- visits ---------------------------------------------------------------------------------------------------------
def can_request_visit(actor, base) -> bool:
    """Every signed-in account asks for a visit to a base that receives delegations, except administrators."""
    return actor.is_authenticated and not access_scope(actor).administrator and base.can_be_visited


def can_answer_visit(actor, visit) -> bool:
    """Who manages the base, except on a visit that they asked for themself."""
    return actor.pk != visit.guest_id and can_edit_base(actor, visit.base)


def can_answer_proposal(actor, visit) -> bool:
    """Only the guest."""
    return actor.is_authenticated and actor.pk == visit.guest_id


def can_cancel_visit(actor, visit) -> bool:
    """The guest, and who manages the base."""
    return can_answer_proposal(actor, visit) or can_answer_visit(actor, visit)


def can_edit_travel(actor, _travel) -> bool:
    """Staff, and the managers of bases: they know the way."""
    scope = access_scope(actor)
    return scope.staff or bool(scope.managed("base"))
