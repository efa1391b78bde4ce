"""What the actions on the rotating chair have alike: giving shares, recording them, notifying those whose days moved."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse

from chengyang import clock
from chengyang.platform.audit import actions as audit
from chengyang.platform.notices.actions import notify
from members.models import Person

from .. import roster
from ..models import Duty, Organization, Post

Days = dict[int, set[tuple[dt.date, dt.date]]]  # key of a person → their shares


def give_shares(pairs: Iterable[tuple[Duty, Person | None]]) -> None:
    """Give each share to its person; it is announced again, to the people who have it now."""
    for row, person in pairs:
        row.person, row.announced_at = person, None
        row.save(update_fields=["person", "announced_at"])


def days_of(organization: Organization) -> Days:
    """Return the coming shares of each person, the present one included."""
    found: Days = {}
    rows = organization.duties.shares().filter(ends__gt=clock.today(), person__isnull=False)
    for person_id, starts, ends in rows.values_list("person_id", "starts", "ends"):
        found.setdefault(person_id, set()).add((starts, ends))
    return found


def notify_moved(organization: Organization, before: Days) -> None:
    """Notify those whose shares are others than `before` (see `days_of`): each of the days that they have now."""
    after = days_of(organization)
    moved = [key for key in {*before, *after} if before.get(key) != after.get(key)]
    for person in Person.objects.filter(pk__in=moved, state="active").select_related("user").order_by("pk"):
        days = "、".join(roster.name_of(starts, ends) for starts, ends in sorted(after.get(person.pk, set())))
        notify_chair(person, "organizations/duty_planned", organization=organization, days=days)


def notify_chair(person: Person | None, template: str, **context: Any) -> None:
    """Notify `person` with the address of the page of their duties; nobody for a vacant share and for who left."""
    if person is not None and person.is_active:
        notify(person, template, url=reverse("organizations:duties") if person.user_id else "", **context)


def record_duties(verb: str, rows: Sequence[Duty], actor: Any, *, fields: Iterable[str] = ()) -> None:
    """Write an entry of `verb` for each share, of the person who has it."""
    for row in rows:
        user = row.person.user if row.person else None
        audit.record(verb, row, actor=actor, person=row.person, user=user, fields=fields)


def secretaries_of(organization: Organization) -> list[Person]:
    """Return the people who hold the post of secretary today."""
    posts = organization.posts.on(clock.today()).filter(kind=Post.Kind.SECRETARY, person__state="active")
    return [post.person for post in posts.select_related("person__user")]
