"""Permissions for the tables that the district office manages."""

from typing import Any

from chengyang.platform.accounts.access import access_scope


def can_set_exception(actor, row) -> bool:
    """Return whether `actor` may change the exceptional days: the district (requirements U15)."""
    return access_scope(actor).district


def can_send_again(actor, delivery=None) -> bool:
    """Return whether `actor` may send uncertain deliveries again: the district (architecture.md, "Nothing is sent inside a transaction")."""
    return access_scope(actor).district


def can_publish_rules(actor, notice=None) -> bool:
    """Return whether `actor` may propose privacy rules: the district, which is responsible for them (requirements P02)."""
    return access_scope(actor).district


def can_revise_draft(actor, draft) -> bool:
    """Return whether `actor` may change or withdraw a draft of the rules: who proposed it."""
    return access_scope(actor).district and actor.pk == draft.proposed_by_id


def can_decide_draft(actor, draft) -> bool:
    """Return whether `actor` may publish or return a draft of the rules: an officer of the district who did not propose it."""
    return access_scope(actor).district and actor.pk != draft.proposed_by_id


def office_of(actor) -> int | None:
    """Return the id of the subdistrict whose office `actor` works in; None for the district, several subdistricts and holders of posts."""
    scope = access_scope(actor)
    return next(iter(scope.subdistricts)) if not scope.district and len(scope.subdistricts) == 1 else None


def can_share_views(actor, view=None) -> bool:
    """Return whether `actor` has colleagues to share a saved view with: staff of the district or of one subdistrict."""
    scope = access_scope(actor)
    return scope.district or (scope.staff and office_of(actor) is not None)


def can_change_view(actor, view) -> bool:
    """Return whether `actor` may change or delete a saved view: whose it is."""
    return actor.pk == view.owner_id


def is_second_officer(actor, first_id: int, subdistrict_id: int | None) -> bool:
    """Return whether `actor` may agree to what the officer `first_id` of the office of `subdistrict_id` (None: the district) asked
    for: staff of the same office, or of the district, and never the same person."""
    scope = access_scope(actor)
    if not scope.staff or actor.pk == first_id:
        return False
    return scope.district or (subdistrict_id is not None and subdistrict_id in scope.subdistricts)


def can_decide_export(actor, export) -> bool:
    """Return whether `actor` may agree to an export of somebody else (requirements P26)."""
    return is_second_officer(actor, export.asked_by_id, export.subdistrict_id)


def can_withdraw_export(actor, export) -> bool:
    """Return whether `actor` asked for the export."""
    return actor.pk == export.asked_by_id


def can_check_go_live(actor, obj=None) -> bool:
    """Return whether `actor` sees what is missing before the portal is opened: the district (requirements G04)."""
    return access_scope(actor).district


def can_stand_in(officer: Any, substitute: Any) -> bool:
    """Return whether `substitute` has every right of `officer`, so that standing in gives none (requirements S07)."""
    own, theirs = access_scope(officer), access_scope(substitute)
    if own.administrator or theirs.administrator or not own.officer or officer.pk == substitute.pk:
        return False
    if theirs.district:
        return True
    same_posts = all(ids <= theirs.managed(subject) for subject, ids in own.posts.items())
    return (
        not own.district
        and own.subdistricts <= theirs.subdistricts
        and (same_posts or theirs.staff)
        and own.editor <= theirs.editor
    )
