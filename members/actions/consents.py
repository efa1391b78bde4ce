"""What a person allows: being registered, and being shown by name in public (P04, P06, P09)."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from chengyang.platform.privacy import actions as privacy

from .. import posts
from ..models import Person


@transaction.atomic
def decide_purpose(user: Any, code: str, *, given: bool, actor: Any) -> None:
    """Write down that `user` agrees to the optional purpose `code`, or does not; what it allows begins or stops at once.

    Raises NotAllowed for anybody else, ActionError("purpose") for an unknown one.  (requirements P04, P06, P09)
    """
    (privacy.give if given else privacy.withdraw)(user, code, actor=actor)
    if given and code == "publication":
        for person in Person.objects.active().filter(user=user):
            publish(person, True)


def publish(person: Person, shown: bool) -> None:
    """Show the name of `person` beside posts and terms in public, or take it down (P09)."""
    for rows in _shown(person):
        rows.exclude(is_public=shown).update(is_public=shown)


def stop_publication(user: Any, actor: Any) -> None:
    """Handler of a withdrawn consent to being shown in public: within the transaction, so at once (P09)."""
    for person in Person.objects.filter(user=user):
        publish(person, False)


def _shown(person: Person) -> list[QuerySet]:
    """Return what may show the name of `person`: the posts of all apps, and terms as a representative."""
    held = [table._base_manager.filter(person=person) for table in posts.tables()]
    return [*held, person.representations.all()]
