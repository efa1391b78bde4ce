"""Permissions on Word templates."""

from typing import Any

from chengyang.platform.accounts.access import access_scope


def can_manage_templates(actor: Any, template: Any = None) -> bool:
    """Return whether `actor` may upload templates and put them in force: the district, whose papers they are."""
    return access_scope(actor).district
