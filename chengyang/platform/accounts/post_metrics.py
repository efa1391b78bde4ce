"""How many posts somebody holds: what organizations, bases and teams count alike (domain.md rule 11)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, QuerySet

from chengyang.extensions import Kept, Period, Watched


def posts_at_end(post: Any, owners: Mapping[str, str]) -> Callable[[Model | None, Period], QuerySet]:
    """Return a function of a subject and a period: the rows of `post` that somebody holds on the last day of the period.

    `post` is a model of dated posts. `owners` maps each kind of subject to its path from a post; without a subject all count.
    Who leaves the registry ends their posts on that day.
    """

    def at_end(subject: Model | None, period: Period) -> QuerySet:
        rows = post.objects.on(period.last_day)
        return rows.filter(**{owners[subject._meta.model_name]: subject}) if subject else rows

    return at_end


def posts_kept(post: Any, owners: Mapping[str, str]) -> Kept:
    """Return how the number of the rows of `posts_at_end` is kept by day.

    An organizer may move to another subdistrict; where subdistricts count, the days of its posts are counted again.
    """
    moved = Watched(("subdistrict",), ("posts__starts", "posts__ends"))
    organizer = post._meta.get_field(post.SUBJECT).related_model
    return Kept(
        post.objects.all,
        "starts",
        owners,
        until="ends",
        lasts=True,
        columns=("starts", "ends", "person", post.SUBJECT),
        watched={organizer: moved} if "subdistrict" in owners else {},
    )
