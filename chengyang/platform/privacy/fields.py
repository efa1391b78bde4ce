"""The classification of columns: each model about people names the purpose of each personal field (requirements P17).

    PERSONAL = {"name": "registration", "phone": "registration"}     # field → code of a purpose
    NOT_PERSONAL = {"id", "public_id", "state"}                        # the rest

A model is about people when it is `User` or `Person`, has a foreign key to one of them, or has `PERSONAL`. Foreign keys are
not classified: the model that they point at is. The tables of packages are classified in `purposes.OTHERS`.
"""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import models

from .purposes import BY_CODE, OTHERS

PEOPLE = {settings.AUTH_USER_MODEL, "members.Person"}


def about_people() -> Iterator[type[models.Model]]:
    """Yield the models about people, without history models, which have the fields of the model that they track."""
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy and not hasattr(model, "pgh_tracked_model"):
            points = {field.related_model._meta.label for field in model._meta.concrete_fields if field.related_model}
            if points & PEOPLE or model._meta.label in PEOPLE or hasattr(model, "PERSONAL"):
                yield model


def classification(model: type[models.Model]) -> dict[str, str]:
    """Return field name → code of its purpose for the fields of `model`; the code is empty for a field that is not personal.

    Foreign keys and unclassified fields are left out.
    """
    label, names = model._meta.label, _plain(model)
    if label in OTHERS:
        return {name: OTHERS[label].get(name, "") for name in names}
    known = {**dict.fromkeys(getattr(model, "NOT_PERSONAL", ()), ""), **getattr(model, "PERSONAL", {})}
    return {name: known[name] for name in names if name in known}


def unclassified() -> list[tuple[str, str]]:
    """Return (model label, field name) for every unclassified field."""
    return [
        (model._meta.label, name)
        for model in about_people()
        for name in sorted(_plain(model) - classification(model).keys())
    ]


def without_purpose() -> list[tuple[str, str]]:
    """Return (model label, field name) for every wrong classification.

    The purpose or the field does not exist, or the field is in both `PERSONAL` and `NOT_PERSONAL`.
    """
    return [found for model in about_people() for found in sorted(_wrong(model))]


def _wrong(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    label, names = model._meta.label, {field.name for field in model._meta.get_fields()}
    personal = OTHERS.get(label, getattr(model, "PERSONAL", {}))
    plain = set(getattr(model, "NOT_PERSONAL", ()))
    for name in personal.keys() | plain:
        is_twice = name in personal and name in plain
        if name not in names or is_twice or personal.get(name, "account") not in BY_CODE:
            yield label, name


def _plain(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields if not field.is_relation}
