"""One log line, one request id."""

import logging

from . import context


class RequestFilter(logging.Filter):
    """Adds `request_id` to every record; `-` outside a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django reports a 404 or a fault when our middleware has already ended; its record brings the request along.
        asked = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = asked or context.current().request_id or "-"
        return True
