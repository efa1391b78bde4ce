"""Times in a sheet that stand without their day."""

import datetime as dt
from typing import Any

from django.utils import timezone


def on_day(value: Any, day: dt.date) -> Any:
    """Return the moment of a time alone on `day`; a moment, or None, as it is."""
    return timezone.make_aware(dt.datetime.combine(day, value)) if isinstance(value, dt.time) else value
