"""All write actions on organizations, memberships and posts."""

from .many_memberships import (
    add_memberships,
    correct_memberships,
    lock_for_correction,
    lock_for_entry,
    lock_memberships,
    remove_memberships,
)
from .memberships import (
    DECIDE_WITHIN,
    accept_membership,
    add_membership,
    apply_for_membership,
    correct_membership,
    decline_membership,
    end_membership,
    leave_organization,
    reopen_application,
    withdraw_membership_application,
)
from .organizations import create_organization, dissolve_organization, edit_organization, found_organization
from .posts import appoint, correct_post, end_post, resign

__all__ = [
    "DECIDE_WITHIN",
    "accept_membership",
    "add_membership",
    "add_memberships",
    "apply_for_membership",
    "appoint",
    "correct_membership",
    "correct_memberships",
    "correct_post",
    "create_organization",
    "decline_membership",
    "dissolve_organization",
    "edit_organization",
    "end_membership",
    "end_post",
    "found_organization",
    "leave_organization",
    "lock_for_correction",
    "lock_for_entry",
    "lock_memberships",
    "remove_memberships",
    "reopen_application",
    "resign",
    "withdraw_membership_application",
]
