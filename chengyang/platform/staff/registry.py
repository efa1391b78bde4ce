"""What apps register for the desk: decisions that wait for somebody, and what the search box finds."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _


class Job(models.TextChoices):
    """Navigation by job, in the order of the desk (docs/ui.md, "Staff")."""

    PEOPLE = "people", _("人士")
    ORGANIZATIONS = "organizations", _("组织")
    BASES = "bases", _("基地")
    ACTIVITIES = "activities", _("活动")
    SERVICES = "services", _("服务")
    CONTENT = "content", _("内容")
    FIGURES = "figures", _("统计")
    SECURITY = "security", _("安全")


def yes_or_no(value: bool) -> str:
    """Return how the desk writes a truth value."""
    return _t("是") if value else _t("否")


@dataclass(frozen=True)
class Fact:
    """One line of the facts on the left: `value` is shown as it is (escaped), `note` small beside it."""

    label: Any
    value: Any
    note: Any = ""
    url: str = ""  # where the value leads
    template: str = ""  # a partial that draws the value instead; gets `fact`
    data: Any = None  # for that partial


@dataclass(frozen=True)
class Step:
    """One step of the history on the right, newest first."""

    title: Any
    at: dt.datetime | None
    who: Any = ""
    text: str = ""


@dataclass(frozen=True)
class Choice:
    """One possible decision. `code` is the verb of the action; `done` is what the message says afterwards."""

    code: str
    label: Any
    needs_reason: bool = False
    done: Any = ""


class Decision:
    """A kind of thing that waits for an officer: its queue, its page, and what can be decided.

    Subclass it in an app's `providers.py` and `register()` an instance. `model` has a `public_id` and a `visible_to`.
    The page itself, the bar below, "next item" and errors are the desk's work (`staff/decide.html`).
    """

    code: str  # in the URL, e.g. "application-first"
    label: Any  # 入册初审
    job: Job
    model: type[models.Model]
    reason_words: tuple[Any, Any] | None = None  # (label, hint) of the reason, where it is more than a reason
    quick_reasons: Sequence[Any] = ()  # words, or (short words on the button, the whole sentence)
    notice_template: str = ""  # a partial drawn under the facts (possible duplicates …); gets `row`
    related: Sequence[str] = ()  # select_related of the queue: what the lines of `title` and `detail` show

    def waiting(self, user: Any) -> QuerySet:
        """Return what waits for `user` now, unordered; must be narrowed to what the user may decide."""
        raise NotImplementedError

    def quick(self) -> list[tuple[Any, Any]]:
        """Return the ready-made reasons as (words on the button, what it fills in)."""
        return [item if isinstance(item, tuple) else (item, item) for item in self.quick_reasons]

    def seen(self, user: Any) -> QuerySet:
        """Return the rows whose page `user` may open; narrower than `visible_to` where that holds what is public."""
        return self.model.objects.visible_to(user)  # type: ignore[attr-defined]

    def title(self, row: Any) -> str:
        """Return the line that names the item in the list."""
        return str(row)

    def detail(self, row: Any) -> str:
        """Return the small line under it."""
        return ""

    def tags(self, row: Any) -> Sequence[str]:
        """Return short words for badges on the page: subdistrict, programme …"""
        return ()

    def since(self, row: Any) -> dt.datetime | None:
        """Return when it reached this desk."""
        return None

    def due_on(self, row: Any) -> dt.date | None:
        """Return the day it should be done by, a working day."""
        return getattr(row, "due_on", None)

    def facts(self, row: Any, user: Any) -> Sequence[Fact]:
        """Return what the officer needs to know to decide."""
        return ()

    def history(self, row: Any) -> Sequence[Step]:
        """Return what happened so far, newest first."""
        return ()

    def opened(self, row: Any, *, actor: Any) -> None:
        """Write down that an officer opened the page, where the person concerned should read of it (P10)."""

    def choices(self, row: Any, user: Any) -> Sequence[Choice]:
        """Return what `user` may decide on `row` now; empty when it is not theirs or no longer open."""
        return ()

    def decide(self, row: Any, choice: str, reason: str, *, actor: Any) -> Any:
        """Carry `choice` out by calling the app's action; ActionError is shown on the page with all that was typed."""
        raise NotImplementedError

    def url(self, row: Any) -> str:
        """Return the address of the decision page of `row`."""
        return reverse("admin:staff_decide", args=[self.code, row.public_id])


_decisions: dict[str, Decision] = {}


def register(decision: Decision) -> Decision:
    """Add a decision; its code must be free."""
    if decision.code in _decisions:
        raise ValueError(f"the decision {decision.code} is registered twice")
    _decisions[decision.code] = decision
    return decision


def decision(code: str) -> Decision | None:
    """Return the decision registered as `code`, or None."""
    return _decisions.get(code)


def decisions() -> list[Decision]:
    """Return all decisions in the order of the jobs, then of registration."""
    order = list(Job)
    return sorted(_decisions.values(), key=lambda item: order.index(item.job))


@dataclass(frozen=True)
class SearchSource:
    """One kind of thing the search box of the desk finds. `find(user, text)` is already narrowed by `visible_to`."""

    label: Any
    find: Callable[[Any, str], QuerySet]
    describe: Callable[[Any], tuple[str, str]]  # (title, detail)
    url: Callable[[Any], str]


_sources: list[SearchSource] = []


def register_search(source: SearchSource) -> None:
    """Add something to the search box of the desk."""
    _sources.append(source)


def search_sources() -> list[SearchSource]:
    """Return what the search box looks through."""
    return list(_sources)


@dataclass(frozen=True)
class Day:
    """A coming day of note (a term that ends, a standard that lapses …) for the margin of 今日待办."""

    on: dt.date
    title: str
    url: str = ""


_days: list[Callable[[Any, dt.date, dt.date], Sequence[Day]]] = []


def register_days(source: Callable[[Any, dt.date, dt.date], Sequence[Day]]) -> None:
    """Add a source of coming days: `source(user, first, last)`, narrowed to what `user` may see, at most ten."""
    _days.append(source)


def coming_days(user: Any, first: dt.date, last: dt.date) -> list[Day]:
    """Return the coming days of note between two days, in order."""
    return sorted((day for source in _days for day in source(user, first, last)), key=lambda day: day.on)
