"""Every address × the whole cast, against the checked-in matrix (docs/decisions.md, Who sees what)."""

import os
import re
from pathlib import Path

import pytest
from django.core.cache import cache

from chengyang.celery import heartbeat

from . import addresses, matrix
from .conftest import undone
from .world import NAMES, SECRETS, UNCONFIRMED

ROWS = addresses.rows()
FORMS = {**addresses.FORMS, **addresses.desk_forms()}
PAGES = [row for row in ROWS if not addresses.is_button(row)]
ASKED = [("GET", row) for row in PAGES] + [("POST", row) for row in ROWS if row in FORMS]
NUMBER = re.compile(r"(?<!\d)(154)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")
# Where a whole number or somebody else's words are handed over on purpose, and what is written down for it.
TOLD = {
    ("POST", "members:reveal"): "an officer gave a reason, which the person reads (P26)",
    ("POST", "members:reveal application"): "an officer gave a reason, which the applicant reads (P26)",
    ("POST", "services:query"): "number and query code together are the author's",
}
COLLECTING = os.environ.get(matrix.COLLECT)


@pytest.fixture(scope="module")
def table():
    """What the matrix says; while it is being made, what is found goes into it, and to the file at the end."""
    if not COLLECTING:
        yield matrix.read()
        return
    found = {}
    yield found
    matrix.write({key: found[key] for key in ASKED if key in found}, Path(COLLECTING))


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


@pytest.mark.parametrize(("method", "row"), ASKED, ids=[" ".join(asked) for asked in ASKED])
def test_an_address_answers_everybody_as_the_matrix_says(world, browser_of, table, method, row):
    cache.clear()  # tries are counted by address
    heartbeat()  # of the worker, for /readyz
    answers = {name: ask(browser_of(name), world, method, row) for name in NAMES}
    found = {name: cell for name, (cell, _) in answers.items()}
    if COLLECTING:
        table[method, row] = found
    assert found == table[method, row]
    assert {name: told for name, (_, text) in answers.items() if (told := leaks(world, name, method, row, text))} == {}


@pytest.mark.parametrize("row", [row for row in ROWS if addresses.is_button(row)])
def test_a_button_is_not_a_page(world, browser_of, row):
    cells = {ask(browser_of(name), world, "GET", row)[0] for name in ("member", "district", "secadmin")}
    assert "405" in cells
    assert cells <= {"405", "404"}


@pytest.mark.parametrize("row", [row for row in PAGES if row not in FORMS and row.partition(" ")[0] not in FORMS])
def test_a_page_without_a_form_takes_nothing(world, browser_of, row):
    found, _ = ask(browser_of("district"), world, "POST", row)
    assert found in ("405", "404", "403")


def test_what_is_confidential_would_be_found(world, db):
    number = next(number for number, owner in world.phones.items() if owner == world.users["member"].pk)
    text = f"{UNCONFIRMED} {number[3:6]} {number[6:10]} {number[10:]}"
    assert leaks(world, "stranger", "GET", "home", text) == {UNCONFIRMED, number}
    assert leaks(world, "member", "GET", "home", text) == {UNCONFIRMED}


def test_every_list_and_decision_has_a_sample():
    assert addresses.without_sample() == []


def test_every_address_has_a_row():
    assert [key for key in ASKED if key not in matrix.read()] == []


def test_every_row_has_an_address():
    assert [key for key in matrix.read() if key not in ASKED] == []


def test_nothing_ends_in_a_fault_of_ours():
    assert [
        key for key, cells in matrix.read().items() if any(cell >= "500" for cell in cells.values() if cell.isdigit())
    ] == []
