"""Access to the posts of persons in the tables of all apps: organizations, bases and teams."""

from django.db.models import QuerySet

from chengyang import extensions
from chengyang.platform.accounts.organizers import DatedPost


def tables() -> list[type[DatedPost]]:
    """Return the models of posts that the apps have registered (slot `posts`)."""
    return [post.model for post in extensions.post_types()]


def posts_of(user_ids) -> list[QuerySet]:
    """Return current and former posts of the persons with these accounts: one QuerySet for each table, oldest first."""
    return [
        table._base_manager.filter(person__user__in=user_ids)
        .select_related("person", table.SUBJECT)
        .order_by("starts", "pk")
        for table in tables()
    ]
