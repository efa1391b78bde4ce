"""The owners of objectives: organizations, bases, teams, subdistricts, and the district, which is no row."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.extensions import DISTRICT, Metric

ORGANIZERS = ("organization", "base", "team")
KINDS = (*ORGANIZERS, "subdistrict")  # the foreign keys of a plan


def kind_of(owner: Any) -> str:
    """Return the kind of `owner`: a value of `KINDS`, or "district" for None."""
    return DISTRICT if owner is None else owner._meta.model_name


def keys(owner: Any) -> dict[str, Any]:
    """Return the values of the foreign keys of a plan of `owner`."""
    return {kind: owner if kind == kind_of(owner) else None for kind in KINDS}


def name_of(owner: Any) -> str:
    return _("全区") if owner is None else str(owner)


def area_id(owner: Any) -> int | None:
    """Return the id of the subdistrict whose office is responsible for `owner`, None for the district."""
    if owner is None:
        return None
    return owner.pk if kind_of(owner) == "subdistrict" else owner.subdistrict_id


def began_on(owner: Any) -> dt.date | None:
    """Return the day on which `owner` was founded or opened, None where that is not known."""
    for name in ("founded_on", "opened_on"):
        if day := getattr(owner, name, None):
            return day
    return None


def stopped_on(owner: Any) -> dt.date | None:
    """Return the first day on which `owner` no longer exists, None while it does."""
    for name in ("dissolved_on", "closed_on"):
        if day := getattr(owner, name, None):
            return day
    return None


def is_over(owner: Any) -> bool:
    """Return whether `owner` no longer exists today."""
    stopped = stopped_on(owner)
    return stopped is not None and stopped <= clock.today()


def metrics_for(kind: str) -> list[Metric]:
    """Return the numbers that an objective of an owner of `kind` may count: for the district all but those of organizers only."""
    return [one for one in extensions.metrics() if (one.stands_on(kind) if kind == DISTRICT else kind in one.subjects)]


def metric_of(code: str) -> Metric | None:
    """Return the metric with `code`, None without one or where it is no longer registered."""
    return next((one for one in extensions.metrics() if one.code == code), None) if code else None
