"""Send a request of the matrix as a persona, and find confidential text in the answer."""

import os
import re
from pathlib import Path

from django.core.cache import cache

from chengyang.celery import heartbeat
from tests.staff_pages import version_of

from . import addresses, matrix
from .conftest import undone
from .dataset import NAMES, SECRETS

ROWS = addresses.rows()
FORMS = {**addresses.FORMS, **addresses.staff_forms()}
PAGES = [row for row in ROWS if not addresses.is_button(row)]
# Requests that all lists of the staff site answer alike have one test of their own instead of a row for each list.
NO_VERBS = [row for row in ROWS if row.endswith("_do nothing")]
NO_FORMS = [row for row in PAGES if row.endswith("_add") and row not in FORMS]
REQUESTS = [("GET", row) for row in PAGES if row not in NO_FORMS]
REQUESTS += [("POST", row) for row in ROWS if row in FORMS and row not in NO_VERBS]
NUMBER = re.compile(r"(?<!\d)(154)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")
# Requests that return a full phone number or confidential text on purpose, and the reason.
DISCLOSED = {
    ("POST", "members:reveal"): "an officer gave a reason, which the person reads (P26)",
    ("POST", "members:reveal application"): "an officer gave a reason, which the applicant reads (P26)",
    ("POST", "services:query"): "number and query code together are the author's",
}


def send(browser, dataset, method, row):
    """Send the request; return (cell, text of the answer). Everything it writes is rolled back."""
    data = FORMS.get(row, lambda dataset: {})(dataset) if method == "POST" else addresses.QUERIES.get(row)
    path = addresses.path_of(row, dataset)
    kind = {"content_type": "application/json"} if row.startswith("api:") and method == "POST" else {}
    with undone():
        if row.startswith("admin:staff_decide ") and method == "POST":
            data = {"version": version_of(browser, path), **data}
        response = browser.post(path, data, **kind) if method == "POST" else browser.get(path, data)
        text = b"".join(response).decode("utf-8", "replace")  # reading the whole answer closes a served file
        return matrix.cell(response), text


def leaks(dataset, name, method, row, text):
    """Return the full phone numbers and the `SECRETS` in `text` that the persona `name` must not read."""
    own = dataset.users[name].pk
    numbers = {f"+86{''.join(found)}" for found in NUMBER.findall(text)}
    foreign = {number for number in numbers if number in dataset.phones and dataset.phones[number] != own}
    words = {word for word, readers in SECRETS.items() if word in text and name not in readers}
    return set() if (method, row) in DISCLOSED else foreign | words


def all_personas(dataset, browser_of, method, row):
    """Send the request as every persona; return ({persona: cell}, {persona: leaked text})."""
    if method == "POST":
        cache.clear()  # the rate limits count requests by IP address
    heartbeat()  # /readyz needs the heartbeat of a worker
    answers = {name: send(browser_of(name), dataset, method, row) for name in NAMES}
    leaked = {name: leaks(dataset, name, method, row, text) for name, (_, text) in answers.items()}
    return {name: cell for name, (cell, _) in answers.items()}, {name: read for name, read in leaked.items() if read}


COLLECTING = os.environ.get(matrix.COLLECT)


def table():
    """Yield the matrix; a run that collects yields an empty table and writes it to the file at the end."""
    if not COLLECTING:
        yield matrix.read()
        return
    file, found = Path(COLLECTING), {}
    yield found
    found |= matrix.read(file) if file.exists() else {}
    matrix.write({key: found[key] for key in REQUESTS if key in found}, file)


def expected(table, method, row, cells):
    """Return the cells of a row; a run that collects stores and returns `cells`."""
    return table.setdefault((method, row), cells) if COLLECTING else table[method, row]
