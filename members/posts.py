"""Access to the posts of persons in the tables of all apps: organizations, bases and teams."""

from collections.abc import Collection

from django.db.models import Value

from chengyang import extensions
from chengyang.platform.accounts.organizers import DatedPost


def tables() -> list[type[DatedPost]]:
    """Return the models of posts that the apps have registered (slot `posts`)."""
    return [post.model for post in extensions.post_types()]


def labels_of(user_ids: Collection[int]) -> dict[int, str]:
    """Return the latest current or former post of each account that has one, such as `夏新连心服务队队长`; by one query."""
    kinds = {table.SUBJECT: dict(table._meta.get_field("kind").flatchoices) for table in tables()}
    found = [
        table._base_manager.filter(person__user__in=user_ids)
        .order_by()
        .values_list("starts", "pk", "person__user_id", Value(table.SUBJECT), f"{table.SUBJECT}__name", "kind")
        for table in tables()
    ]
    rows = sorted(found[0].union(*found[1:], all=True))
    return {user_id: f"{name}{kinds[subject][kind]}" for _starts, _pk, user_id, subject, name, kind in rows}
