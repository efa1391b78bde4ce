"""The log: it contains the error and no values of rows."""

import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from chengyang.platform.web.logs import DiscreetFormatter, RefusalFilter

pytestmark = pytest.mark.django_db


def logged(statement):
    """Return the log entry of a statement that the database refuses, in a chain of two exceptions."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "500", (), sys.exc_info())
    return DiscreetFormatter("%(message)s").format(record)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO accounts_subdistrict (name) VALUES (E'司徒云长\n\n司徒二')", "null value in column"),
        ("SELECT '司徒云长'::integer", "invalid input syntax for type integer"),
        ("SELECT missing, '司徒云长'", 'column "missing" does not exist'),
    ],
)
def test_a_traceback_keeps_the_error_and_omits_the_row(statement, expected):
    text = logged(statement)
    assert expected in text
    assert "司徒" not in text


def refused_record(status):
    try:
        raise PermissionDenied("can_open_base")
    except PermissionDenied:
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden: /x/", (), sys.exc_info())
    record.status_code = status
    return record


@pytest.mark.parametrize(("status", "lines"), [(403, 1), (500, 5)])
def test_a_refusal_is_one_line_and_an_error_has_its_traceback(status, lines):
    record = refused_record(status)
    assert RefusalFilter().filter(record)
    assert len(DiscreetFormatter("%(message)s").format(record).splitlines()) == lines
