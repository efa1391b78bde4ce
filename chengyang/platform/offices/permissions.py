"""Permissions on offices."""

from typing import Any

from chengyang.platform.accounts.access import access_scope


def can_edit_office(actor: Any, office: Any) -> bool:
    """Return whether `actor` may edit it: the district all, staff of a subdistrict their own window."""
    return access_scope(actor).covers(office.subdistrict_id)
