"""The models of accounts, of phone numbers and of the administration of staff accounts."""

from .accounts import Days, DemoMark, FormerPassword, OneUser, Role, Side, Subdistrict, User
from .administration import StaffChange
from .numbers import Attempt, FormerNumber, NumberRequest, PhoneProof

__all__ = [
    "Attempt",
    "Days",
    "DemoMark",
    "FormerNumber",
    "FormerPassword",
    "NumberRequest",
    "OneUser",
    "PhoneProof",
    "Role",
    "Side",
    "StaffChange",
    "Subdistrict",
    "User",
]
