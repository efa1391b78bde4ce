"""The indexes of activities: for the calendar, the search, and what waits for officers."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from .visibility import SHOWN

ACTIVITY_INDEXES = [
    GinIndex(fields=["search_text"], name="activity_search_text"),
    models.Index(fields=["starts", "id"]),
    models.Index(fields=["ends"]),
    models.Index(fields=["state", "starts"]),
    # Past and coming activities are counted by this index alone.
    models.Index(
        fields=["ends", "starts"],
        condition=SHOWN & Q(audience="public"),
        name="activity_public_times",
    ),
    # Volunteer service whose attendance somebody still has to complete (`todos.CompleteAttendance`).
    models.Index(fields=["ends"], condition=Q(kind="volunteer", recorded_at__isnull=True), name="activity_to_record"),
]
