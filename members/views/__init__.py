"""Pages of the registry: joining, 我的数据, and revealing a phone number."""

from .data import consent, data, download, edit, leave, number, rules, withdraw_correction
from .join import about, application, check, confirm, join, save, withdraw
from .phone_number import reveal

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
    "rules",
    "save",
    "withdraw",
    "withdraw_correction",
]
