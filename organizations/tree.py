"""The tree of organizations: what is above one and what is below it, as pages show it."""

from typing import Any

from .models import Organization
from .states import OrganizationState


def above(organization: Organization, user: Any) -> list[Organization]:
    """Return what is above `organization`, the highest first, as far as `user` may see it; at most a dozen."""
    found: list[Organization] = []
    key = organization.parent_id
    while key is not None and len(found) < 12:
        row = Organization.objects.visible_to(user).filter(pk=key).first()
        if row is None:
            break
        found.append(row)
        key = row.parent_id
    return found[::-1]


def below(organization: Organization, user: Any) -> list[tuple[Organization, list[Organization]]]:
    """Return the organizations below `organization` that `user` may see, each with those below it; dissolved ones last."""
    rows = list(Organization.objects.visible_to(user).filter(parent=organization).select_related("subdistrict"))
    under = Organization.objects.visible_to(user).filter(parent__in=rows)
    by_parent: dict[int, list[Organization]] = {row.pk: [] for row in rows}
    for row in sorted(under, key=_place):
        by_parent[row.parent_id].append(row)
    return [(row, by_parent[row.pk]) for row in sorted(rows, key=_place)]


def _place(row: Organization) -> tuple[bool, str, int]:
    return row.state == OrganizationState.DISSOLVED, row.level, row.pk
