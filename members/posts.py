"""The posts of persons in all tables of posts: of organizations, bases and teams."""

from django.db.models import QuerySet

from chengyang import extensions
from chengyang.platform.accounts.organizers import DatedPost


def tables() -> list[type[DatedPost]]:
    """Return the tables of posts."""
    return [post.model for post in extensions.post_types()]


def posts_of(user_ids) -> list[QuerySet]:
    """Return the posts, also former ones, of the persons of these accounts: one QuerySet for each table, oldest first."""
    return [
        table._base_manager.filter(person__user__in=user_ids)
        .select_related("person", table.SUBJECT)
        .order_by("starts", "pk")
        for table in tables()
    ]
