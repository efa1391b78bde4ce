"""Whose board it is: the district, a subdistrict, an organization, a base or a team, as an address names it, and who sees it."""

import re
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy

from bases.models import Base
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.objectives.owners import DISTRICT, ORGANIZERS, kind_of, name_of
from organizations.models import Organization
from services.models import Team

MODELS: dict[str, Any] = {"subdistrict": Subdistrict, "organization": Organization, "base": Base, "team": Team}
LABELS = {
    "subdistrict": gettext_lazy("街道"),
    "organization": gettext_lazy("联谊组织"),
    "base": gettext_lazy("基地"),
    "team": gettext_lazy("服务队"),
}
_NAME = re.compile(r"([a-z]{1,12})\.([1-9][0-9]{0,17})", re.ASCII)


def code_of(owner: Any) -> str:
    """Return the name of `owner` in addresses: `district`, `subdistrict.2`, `team.7`."""
    return DISTRICT if owner is None else f"{kind_of(owner)}.{owner.pk}"


def can_see_board(user: Any, owner: Any) -> bool:
    """Return whether `user` may see the board and the reports of `owner`.

    District staff see all, staff of a subdistrict theirs and those of its organizers, managers of an organizer theirs.
    """
    scope = access_scope(user)
    if owner is None:
        return scope.district
    if kind_of(owner) == "subdistrict":
        return scope.covers(owner.pk)
    return scope.covers(owner.subdistrict_id) or owner.pk in scope.managed(kind_of(owner))


def find(user: Any, code: str) -> Any:
    """Return the owner named `code` ("": the first of `user`). Raises Http404 where there is none, or it is not theirs to see."""
    if code in ("", DISTRICT):
        owner = None if code or access_scope(user).district else first_of(user)
    else:
        named = _NAME.fullmatch(code)
        if not named or named[1] not in MODELS:
            raise Http404
        owner = MODELS[named[1]]._base_manager.filter(pk=named[2]).first()
        if owner is None:
            raise Http404
    if not can_see_board(user, owner):
        raise Http404
    return owner


def seen_by(user: Any, kind: str) -> Any:
    """Return the owners of `kind` whose board `user` may see."""
    scope, model = access_scope(user), MODELS[kind]
    if kind == "subdistrict":
        return model.objects.all() if scope.district else model.objects.filter(pk__in=scope.subdistricts)
    rows = model.objects.all()
    return rows if scope.district else rows.filter(rows.managed_q(scope))


def first_of(user: Any) -> Any:
    """Return the owner whose board opens first for somebody who is no district staff. Raises Http404 where there is none."""
    for kind in MODELS:
        if owner := seen_by(user, kind).order_by("pk").first():
            return owner
    raise Http404


__all__ = [
    "LABELS", "MODELS", "ORGANIZERS", "can_see_board", "code_of", "find", "first_of", "kind_of", "name_of", "seen_by",
]  # fmt: skip
