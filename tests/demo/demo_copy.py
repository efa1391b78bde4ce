"""Databases with the demonstration, and fingerprints to compare two of them."""

import datetime as dt
import hashlib
from contextlib import contextmanager

from django.apps import apps
from django.test import override_settings

from chengyang.demo import loader
from chengyang.devtools.test_databases import connected_to
from chengyang.lib.vault.fields import CiphertextColumn

SEED, TODAY = 7, dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# In this order: a row comes after the rows that it refers to, whose keys `_rows` replaces by their order.
LABELS = """
accounts.User accounts.Role members.Person members.Application members.Assessment members.Representative
organizations.Post organizations.Membership organizations.Assessment bases.Post bases.Assessment bases.Honour services.Post
activities.Activity activities.Signup activities.CheckIn activities.ServiceRecord services.Request services.Outcome
privacy.Consent notices.Notice
"""
MODELS = [apps.get_model(label) for label in LABELS.split()]


def load(home):
    """Load the demonstration into the connected database, with its accounts file in the folder `home`."""
    with override_settings(PASSWORD_HASHERS=QUICK, CHENGYANG_HOME=home, PORTAL_CLOCK=NOON):
        loader.load(seed=SEED, today=TODAY)


@contextmanager
def copy_of(databases, source, suffix):
    """Copy the database `source`, yield the name of the copy, and drop it afterwards."""
    name = f"{databases.copy}_{suffix}"
    databases.create(name, source)
    try:
        yield name
    finally:
        databases.drop(name)


# ---- fingerprints ---------------------------------------------------------------------------------------------------
def fingerprints(name):
    """Return label → (number, digest) of the rows of each model in the database `name`.

    Keys are replaced by their order, because the sequences of two databases may differ.
    """
    places, found = {}, {}
    with connected_to(name):
        for model in MODELS:
            rows = _rows(model, places)
            found[model._meta.label] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return found


def _rows(model, places):
    fields = [field for field in model._meta.concrete_fields if _is_repeatable(field)]
    rows = list(model._base_manager.order_by("pk").values_list("pk", *(field.attname for field in fields)))
    places[model] = {row[0]: place for place, row in enumerate(rows)}
    known = [places.get(field.related_model, {}) for field in fields]
    return [
        tuple(place.get(value, value) for place, value in zip(known, map(_plain, row[1:]), strict=True)) for row in rows
    ]


def _is_repeatable(field):
    """Return whether the seed decides the column: ciphertexts have random nonces, passwords random salts."""
    return not (isinstance(field, CiphertextColumn) or field.name in ("password", "last_login") or field.primary_key)


def _plain(value):
    return repr(value) if isinstance(value, (list, dict)) else value
