"""The tables of posts on all floors, found by their shape: of organizations, bases and teams."""

from django.apps import apps
from django.db.models import QuerySet

from chengyang.platform.accounts.organizers import DatedPost


def tables() -> list[type[DatedPost]]:
    """Return the concrete tables of posts."""
    return [model for model in apps.get_models() if issubclass(model, DatedPost)]


def about(table: type[DatedPost]) -> str:
    """Return the name of the foreign key of `table` to its organization, base or team."""
    return table._default_manager.all().about


def held_by(user_ids) -> list[QuerySet]:
    """Return the posts, also former ones, of the persons of these accounts: one QuerySet for each table, oldest first."""
    return [
        table._base_manager.filter(person__user__in=user_ids)
        .select_related("person", about(table))
        .order_by("starts", "pk")
        for table in tables()
    ]
