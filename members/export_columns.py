"""Columns about persons for the exports of lists, of this app and of those above it."""

from functools import reduce
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.platform.sheets.columns import Column

from . import permissions
from .models.registration_details import RegistrationDetails, Skill, Wish


def phone_column(path: str = "", *, code: str = "phone") -> Column:
    """Return the column of the phone number of the person at `path` of a row (empty: the row itself is the person).

    It shows the last four digits; officers who may read the number and say why get it whole (requirements P26).
    """
    way = path.split("__") if path else []

    def person_of(row: Any) -> Any:
        return reduce(getattr, way, row)

    def masked(row: Any) -> str:
        person = person_of(row)
        return _tail(person.phone_last4 if person else "")

    def whole(row: Any, reader: Any) -> str:
        person = person_of(row)
        readable = person is not None and person.phone and permissions.can_read_number(reader, person)
        return person.phone.removeprefix("+86") if readable else masked(row)

    return Column(
        code,
        gettext_lazy("手机"),
        masked,
        personal=True,
        whole=whole,
        related=(path,) if path else (),
        width=14,
        reads=("__".join([*way, "phone_last4"]),),
        make=_tail,
    )


def _tail(digits: str | None) -> str:
    return _("尾号 %(digits)s") % {"digits": digits} if digits else ""


def about_person(path: str) -> tuple[str | Column, ...]:
    """Return the columns about the person at `path` of a row that can be chosen beside the name."""
    return (phone_column(path), *(f"{path}__{name}" for name in ("unit", "job", "category", "subdistrict")))


def _choices(name: str, choices: Any) -> Column:
    """Return the column of several choices of a person or an application: their labels."""
    labels = dict(choices.choices)

    def make(codes: Any) -> str:
        return "、".join(str(labels.get(code, code)) for code in codes or ())

    header = RegistrationDetails.label_of(name)
    return Column(name, header, lambda row: make(getattr(row, name)), personal=True, reads=(name,), make=make)


SKILLS, WISHES = _choices("can", Skill), _choices("want", Wish)
