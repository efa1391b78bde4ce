"""Every address of the desk × the whole cast, against the checked-in matrix (docs/decisions.md, "Who sees what")."""

import pytest

from . import matrix_requests
from .matrix_requests import ASKED, NO_FORMS, NO_VERBS, ask, everybody, expected

table = pytest.fixture(scope="module")(matrix_requests.table)
MINE = [(method, row) for method, row in ASKED if row.startswith("admin:")]


@pytest.mark.parametrize(("method", "row"), MINE, ids=[" ".join(asked) for asked in MINE])
def test_an_address_answers_everybody_as_the_matrix_says(world, browser_of, table, method, row):
    cells, told = everybody(world, browser_of, method, row)
    assert cells == expected(table, method, row, cells)
    assert told == {}


KEEPERS = ("district", "secadmin", "auditor", "xiazhuang", "secretary", "base_manager", "leader")


@pytest.mark.parametrize(("method", "row"), [*(("POST", row) for row in NO_VERBS), *(("GET", row) for row in NO_FORMS)])
def test_the_desk_offers_nothing_that_no_action_stands_behind(world, browser_of, method, row):
    cells = {ask(browser_of(name), world, method, row)[0] for name in KEEPERS}
    assert cells <= ({"404"} if method == "POST" else {"403", "404"})
