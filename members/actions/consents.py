"""Consents to optional purposes, and showing a name in public by consent (requirements P04, P06, P09)."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from chengyang.platform.privacy import actions as privacy

from .. import posts
from ..models import Person


@transaction.atomic
def decide_purpose(user: Any, code: str, *, given: bool, actor: Any) -> None:
    """Record that `user` gives or refuses consent to the purpose `code`; it takes effect at once.

    Raises NotAllowed if `actor` is not `user`, ActionError("purpose") for an unknown purpose.  (requirements P04, P06, P09)
    """
    (privacy.give if given else privacy.withdraw)(user, code, actor=actor)
    if given and code == "publication":
        for person in Person.objects.active().filter(user=user):
            publish(person, True)


def publish(person: Person, shown: bool) -> None:
    """Show the name of `person` in public beside posts and terms, or hide it (requirements P09)."""
    for rows in _publishable_rows(person):
        rows.exclude(is_public=shown).update(is_public=shown)


def stop_publication(user: Any, actor: Any) -> None:
    """Hide the name of `user`: handler of a withdrawn consent to publication, in its transaction (requirements P09)."""
    for person in Person.objects.filter(user=user):
        publish(person, False)


def _publishable_rows(person: Person) -> list[QuerySet]:
    """Return the rows that may show the name of `person`: the posts of all apps, and terms as a representative."""
    post_rows = [table._base_manager.filter(person=person) for table in posts.tables()]
    return [*post_rows, person.representations.all()]
