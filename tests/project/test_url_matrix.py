"""Every URL × all personas, compared with the checked-in matrix (docs/decisions.md, "Who sees what").

The URLs of the staff site are in test_staff_matrix.py, so that two processes can share the work.
"""

import pytest

from . import addresses, matrix, matrix_requests
from .dataset import UNCONFIRMED
from .matrix_requests import FORMS, PAGES, REQUESTS, ROWS, all_personas, expected, leaks, send

table = pytest.fixture(scope="module")(matrix_requests.table)
MINE = [(method, row) for method, row in REQUESTS if not row.startswith("admin:")]


@pytest.mark.parametrize(("method", "row"), MINE, ids=[" ".join(request) for request in MINE])
def test_an_address_answers_everybody_as_the_matrix_says(dataset, browser_of, table, method, row):
    cells, leaked = all_personas(dataset, browser_of, method, row)
    assert cells == expected(table, method, row, cells)
    assert leaked == {}


@pytest.mark.parametrize("row", [row for row in ROWS if addresses.is_button(row)])
def test_a_button_is_not_a_page(dataset, browser_of, row):
    cells = {send(browser_of(name), dataset, "GET", row)[0] for name in ("member", "district", "secadmin")}
    assert "405" in cells
    assert cells <= {"405", "404"}


@pytest.mark.parametrize("row", [row for row in PAGES if row not in FORMS and row.partition(" ")[0] not in FORMS])
def test_a_page_without_a_form_rejects_a_post(dataset, browser_of, row):
    found, _ = send(browser_of("district"), dataset, "POST", row)
    assert found in ("405", "404", "403")


def test_confidential_text_is_found(dataset, db):
    number = next(number for number, owner in dataset.phones.items() if owner == dataset.users["member"].pk)
    text = f"{UNCONFIRMED} {number[3:6]} {number[6:10]} {number[10:]}"
    assert leaks(dataset, "stranger", "GET", "home", text) == {UNCONFIRMED, number}
    assert leaks(dataset, "member", "GET", "home", text) == {UNCONFIRMED}


def test_every_list_and_todo_kind_has_a_sample():
    assert addresses.without_sample() == []


def test_every_address_has_a_row():
    assert [key for key in REQUESTS if key not in matrix.read()] == []


def test_every_row_has_an_address():
    assert [key for key in matrix.read() if key not in REQUESTS] == []


def test_no_answer_is_a_server_error():
    assert [
        key for key, cells in matrix.read().items() if any(cell >= "500" for cell in cells.values() if cell.isdigit())
    ] == []
