"""Every URL of the staff site × all personas, compared with the matrix (docs/decisions.md, "Who sees what")."""

import pytest

from . import matrix_requests
from .matrix_requests import NO_FORMS, NO_VERBS, REQUESTS, all_personas, expected, send

table = pytest.fixture(scope="module")(matrix_requests.table)
MINE = [(method, row) for method, row in REQUESTS if row.startswith("admin:")]


@pytest.mark.parametrize(("method", "row"), MINE, ids=[" ".join(request) for request in MINE])
def test_an_address_answers_everybody_as_the_matrix_says(dataset, browser_of, table, method, row):
    cells, leaked = all_personas(dataset, browser_of, method, row)
    assert cells == expected(table, method, row, cells)
    assert leaked == {}


STAFF = ("district", "secadmin", "auditor", "xiazhuang", "secretary", "base_manager", "leader")


@pytest.mark.parametrize(("method", "row"), [*(("POST", row) for row in NO_VERBS), *(("GET", row) for row in NO_FORMS)])
def test_the_staff_site_offers_nothing_without_an_action(dataset, browser_of, method, row):
    cells = {send(browser_of(name), dataset, method, row)[0] for name in STAFF}
    assert cells <= ({"404"} if method == "POST" else {"403", "404"})
