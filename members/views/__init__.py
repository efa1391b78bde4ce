"""Pages of the registry."""

from .data import consent, data, download, edit, leave, number
from .join import about, application, check, confirm, join, save, withdraw
from .reading import reveal

__all__ = [
    "about",
    "application",
    "check",
    "confirm",
    "consent",
    "data",
    "download",
    "edit",
    "join",
    "leave",
    "number",
    "reveal",
    "save",
    "withdraw",
]
