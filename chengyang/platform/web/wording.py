"""Texts for plain values."""

from django.utils.translation import gettext as _


def yes_or_no(value: bool) -> str:
    """Return 是 or 否."""
    return _("是") if value else _("否")
