"""Every address × the whole cast, against the checked-in matrix (docs/decisions.md, Who sees what)."""

import os
from pathlib import Path

import pytest
from django.core.cache import cache

from chengyang.celery import heartbeat

from . import addresses, matrix
from .conftest import undone
from .world import NAMES

ROWS = addresses.rows()
FORMS = {**addresses.FORMS, **addresses.desk_forms()}
PAGES = [row for row in ROWS if not addresses.is_button(row)]
ASKED = [("GET", row) for row in PAGES] + [("POST", row) for row in ROWS if row in FORMS]
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
    """Return what the browser gets; nothing of it stays."""
    data = FORMS.get(row, lambda world: {})(world) if method == "POST" else addresses.QUERIES.get(row)
    path = addresses.path_of(row, world)
    kind = {"content_type": "application/json"} if row.startswith("api:") and method == "POST" else {}
    with undone():
        response = browser.post(path, data, **kind) if method == "POST" else browser.get(path, data)
        b"".join(response)  # a file is open until it was read
        return matrix.cell(response)


@pytest.mark.parametrize(("method", "row"), ASKED, ids=[" ".join(asked) for asked in ASKED])
def test_an_address_answers_everybody_as_the_matrix_says(world, browser_of, table, method, row):
    cache.clear()  # tries are counted by address
    heartbeat()  # of the worker, for /readyz
    found = {name: ask(browser_of(name), world, method, row) for name in NAMES}
    if COLLECTING:
        table[method, row] = found
    assert found == table[method, row]


@pytest.mark.parametrize("row", [row for row in ROWS if addresses.is_button(row)])
def test_a_button_is_not_a_page(world, browser_of, row):
    cells = {ask(browser_of(name), world, "GET", row) for name in ("member", "district", "secadmin")}
    assert "405" in cells
    assert cells <= {"405", "404"}


@pytest.mark.parametrize("row", [row for row in PAGES if row not in FORMS])
def test_a_page_without_a_form_takes_nothing(world, browser_of, row):
    found = ask(browser_of("district"), world, "POST", row)
    assert found in ("405", "404", "403")


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
