"""名单: the members of an organization who agreed that its other members see them, for the page of its members.

Who is on it follows from the ledger of consents by query: a consent that is withdrawn counts from the next request on.
"""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from chengyang import clock
from chengyang.platform.privacy.models import Consent
from members.models import Person

from .models import Membership, Organization, Post

PURPOSE = "roll"  # its own purpose (`platform.privacy.purposes`)
PER_PAGE = 30


def membership_of(user: Any, organization: Organization) -> Membership | None:
    """Return the membership of `user` in `organization`, None where they are no member today."""
    own = Membership.objects.visible_to(user).active().filter(person__user=user.pk, organization=organization)
    return own.select_related("person").first()


def roll_of(organization: Organization, text: str = "") -> QuerySet[Membership]:
    """Return the members of `organization` who agreed to be on the roll, by name; with `text` those whose name matches it.

    Each has `post`, the post that they hold in the organization today, or None. A text finds no phone number and no work unit.
    """
    latest = Consent.objects.filter(purpose__code=PURPOSE).latest()
    agreed = latest.filter(given=True).values("user")
    people = Person.objects.filter(state="active", user__in=agreed).search_names(text)
    posts = Post.objects.on(clock.today()).filter(organization=organization, person=OuterRef("person"))
    rows = Membership.objects.active().filter(organization=organization, person__in=people)
    rows = rows.annotate(post=Subquery(posts.order_by("starts", "pk").values("kind")[:1]))
    return rows.select_related("person__category").order_by("person__name_key", "pk")
