"""Public identifiers: ten random characters that are easy to read out and cannot be guessed."""

import secrets
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: they are misread as 1, 0 and v
LENGTH = 10
PUBLIC_ID_REGEX = "[0-9a-hjkmnp-tv-z]{10}"


def new_public_id() -> str:
    """Return a new public id: 50 random bits from the operating system, as ten characters of `ALPHABET`."""
    bits = secrets.randbits(5 * LENGTH)  # at once: many rows are made in one step of an import
    return "".join([ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH)])


class PublicIdConverter:
    """Path converter `<public_id:public_id>`; other text does not match (404)."""

    regex = PUBLIC_ID_REGEX

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class _RowIdentity(DeferredAttribute):
    """Descriptor that decrypts the encrypted fields of a row before its public id changes: they are bound to the old id."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        before = instance.__dict__.get(self.field.attname)
        if before and before != value:
            for field in instance._meta.concrete_fields:
                if hasattr(field, "unbind"):
                    field.unbind(instance)
        instance.__dict__[self.field.attname] = value


class PublicIdField(models.CharField):
    """The public id of a row; it is set when the instance is created, so that it is known before the INSERT."""

    descriptor_class = _RowIdentity

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LENGTH)
        kwargs.setdefault("default", new_public_id)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for argument, usual in (("max_length", LENGTH), ("default", new_public_id)):
            if kwargs.get(argument) == usual:
                del kwargs[argument]
        for argument, usual in (("unique", True), ("editable", False)):
            if getattr(self, argument) == usual:
                kwargs.pop(argument, None)
            else:
                kwargs[argument] = getattr(self, argument)
        return name, path, args, kwargs
