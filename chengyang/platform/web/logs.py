"""One log line, one request id, and nobody's data."""

import logging
import re

from . import context


class RequestFilter(logging.Filter):
    """Adds `request_id` to every record; `-` outside a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django reports a 404 or a fault when our middleware has already ended; its record brings the request along.
        asked = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = asked or context.current().request_id or "-"
        return True


class DiscreetFormatter(logging.Formatter):
    """Leaves out of a traceback what Postgres adds to its message: rows and values, which are people's."""

    _ADDED = re.compile(
        r"^(?:DETAIL|LINE \d+|CONTEXT):.*?(?=^(?:Traceback |The above exception|During handling)|\Z)", re.M | re.S
    )
    _QUOTED = re.compile(r"(invalid input syntax for [^:\n]+: ).*")

    def formatException(self, ei):
        return self._QUOTED.sub(r"\1…", self._ADDED.sub("", super().formatException(ei))).rstrip()
