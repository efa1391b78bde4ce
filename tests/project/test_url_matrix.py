"""Every address × the whole cast, against the checked-in matrix (docs/decisions.md, "Who sees what").

The addresses of the desk are in test_desk_matrix.py, so that two processes share the work.
"""

import pytest

from . import addresses, matrix, matrix_requests
from .dataset import UNCONFIRMED
from .matrix_requests import ASKED, FORMS, PAGES, ROWS, ask, everybody, expected, leaks

table = pytest.fixture(scope="module")(matrix_requests.table)
MINE = [(method, row) for method, row in ASKED if not row.startswith("admin:")]


@pytest.mark.parametrize(("method", "row"), MINE, ids=[" ".join(asked) for asked in MINE])
def test_an_address_answers_everybody_as_the_matrix_says(world, browser_of, table, method, row):
    cells, told = everybody(world, browser_of, method, row)
    assert cells == expected(table, method, row, cells)
    assert told == {}


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
