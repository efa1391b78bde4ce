"""Asking one address of the matrix as one of the cast, and what they must not read in the answer."""

import os
import re
from pathlib import Path

from django.core.cache import cache

from chengyang.celery import heartbeat

from . import addresses, matrix
from .conftest import undone
from .dataset import NAMES, SECRETS

ROWS = addresses.rows()
FORMS = {**addresses.FORMS, **addresses.desk_forms()}
PAGES = [row for row in ROWS if not addresses.is_button(row)]
# What is alike in all lists of the desk has a test of its own instead of a row for each list.
NO_VERBS = [row for row in ROWS if row.endswith("_do nothing")]
NO_FORMS = [row for row in PAGES if row.endswith("_add") and row not in FORMS]
ASKED = [("GET", row) for row in PAGES if row not in NO_FORMS]
ASKED += [("POST", row) for row in ROWS if row in FORMS and row not in NO_VERBS]
NUMBER = re.compile(r"(?<!\d)(154)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")
# Where a whole number or somebody else's words are handed over on purpose, and what is written down for it.
TOLD = {
    ("POST", "members:reveal"): "an officer gave a reason, which the person reads (P26)",
    ("POST", "members:reveal application"): "an officer gave a reason, which the applicant reads (P26)",
    ("POST", "services:query"): "number and query code together are the author's",
}


def ask(browser, world, method, row):
    """Return what the browser gets and what it reads there; nothing of it stays."""
    data = FORMS.get(row, lambda world: {})(world) if method == "POST" else addresses.QUERIES.get(row)
    path = addresses.path_of(row, world)
    kind = {"content_type": "application/json"} if row.startswith("api:") and method == "POST" else {}
    with undone():
        response = browser.post(path, data, **kind) if method == "POST" else browser.get(path, data)
        text = b"".join(response).decode("utf-8", "replace")  # a file is open until it was read
        return matrix.cell(response), text


def leaks(world, name, method, row, text):
    """Return the whole numbers and the confidential words in `text` that are not for `name` to read there."""
    own = world.users[name].pk
    numbers = {f"+86{''.join(found)}" for found in NUMBER.findall(text)}
    strange = {number for number in numbers if number in world.phones and world.phones[number] != own}
    words = {word for word, readers in SECRETS.items() if word in text and name not in readers}
    return set() if (method, row) in TOLD else strange | words


def everybody(world, browser_of, method, row):
    """Return ({name: cell}, {name: what they read and must not}) of the whole cast."""
    if method == "POST":
        cache.clear()  # tries are counted by address
    heartbeat()  # of the worker, for /readyz
    answers = {name: ask(browser_of(name), world, method, row) for name in NAMES}
    told = {name: leaks(world, name, method, row, text) for name, (_, text) in answers.items()}
    return {name: cell for name, (cell, _) in answers.items()}, {name: read for name, read in told.items() if read}


COLLECTING = os.environ.get(matrix.COLLECT)


def table():
    """Yield what the matrix says; while it is being made, what is found goes into it, and to the file at the end."""
    if not COLLECTING:
        yield matrix.read()
        return
    file, found = Path(COLLECTING), {}
    yield found
    found |= matrix.read(file) if file.exists() else {}
    matrix.write({key: found[key] for key in ASKED if key in found}, file)


def expected(table, method, row, cells):
    """Return what the matrix says of a row; while it is being made, that is what was found."""
    return table.setdefault((method, row), cells) if COLLECTING else table[method, row]
