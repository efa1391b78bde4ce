"""Pages of the registry: joining, 我的数据, and revealing a phone number."""

from .data import consent, consent_withdraw, data, download, edit, leave, number, rules, withdraw_correction
from .join import about, application, check, come_back, confirm, correct, join, object_to, save, withdraw
from .phone_number import reveal

__all__ = [
    "about",
    "application",
    "check",
    "come_back",
    "confirm",
    "consent",
    "consent_withdraw",
    "correct",
    "data",
    "download",
    "edit",
    "join",
    "leave",
    "number",
    "object_to",
    "reveal",
    "rules",
    "save",
    "withdraw",
    "withdraw_correction",
]
