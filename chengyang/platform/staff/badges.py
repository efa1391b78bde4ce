"""The badge of a state on the staff site: green reached, ochre waiting, crimson over or refused, blue on its way."""

from typing import Any

_KINDS = {
    "is-good": "active founded operating published confirmed passed named checked approved answered finished accepted",
    "is-soon": "applied submitted pending waitlisted nominated first_reviewed reported decline_proposed objected waiting"
    " preparing returned",
    "is-info": "open offered routed draft",
    "is-bad": "declined failed cancelled dissolved expired refused",
}
_BADGES = {code: kind for kind, codes in _KINDS.items() for code in codes.split()}


def state_badge(row: Any) -> str:
    """Return the CSS class of the badge around the state of `row`, "" for a state without a colour."""
    return _BADGES.get(getattr(row, "state", ""), "")
