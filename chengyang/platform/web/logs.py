"""Log records with the request id and without personal data."""

import logging
import re

from . import context


class RequestFilter(logging.Filter):
    """Adds `request_id` to every record; `-` outside a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs a 404 or an exception after our middleware has ended, but its record has the request.
        own_id = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = own_id or context.current().request_id or "-"
        return True


class RefusalFilter(logging.Filter):
    """Removes the traceback from the record of a 403: a refusal is no error, and its lines would push out the errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == 403:
            record.exc_info = record.exc_text = None
        return True


class DiscreetFormatter(logging.Formatter):
    """Removes from a traceback the rows and values that Postgres adds to its messages: they are personal data."""

    _ADDED = re.compile(
        r"^(?:DETAIL|LINE \d+|CONTEXT):.*?(?=^(?:Traceback |The above exception|During handling)|\Z)", re.M | re.S
    )
    _QUOTED = re.compile(r"(invalid input syntax for [^:\n]+: ).*")

    def formatException(self, ei):
        return self._QUOTED.sub(r"\1…", self._ADDED.sub("", super().formatException(ei))).rstrip()
