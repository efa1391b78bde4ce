"""The types of the declarations in `extensions.py`; `chengyang.extensions` defines the slots that hold them."""

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _


# ---- the staff site -------------------------------------------------------------------------------------------------
class Section(models.TextChoices):
    """The navigation of the staff site, in its order (docs/ui.md)."""

    PEOPLE = "people", _("人士")
    ORGANIZATIONS = "organizations", _("组织")
    BASES = "bases", _("基地")
    ACTIVITIES = "activities", _("活动")
    SERVICES = "services", _("服务")
    CONTENT = "content", _("内容")
    FIGURES = "figures", _("统计")
    SECURITY = "security", _("安全")


@dataclass(frozen=True)
class DetailRow:
    """One row on the page of a record: `value` is escaped, `note` is shown in small type after it.

    `url` is the link of the value. `template` is a partial that renders the value instead; it gets `row`, and may read `data`.
    `live` marks a figure that changes without the record, such as the places left: a decision made on an older value stands.
    `asks` are the names of the form fields of a decision that stand beside the row.
    """

    label: Any
    value: Any
    note: Any = ""
    url: str = ""
    template: str = ""
    data: Any = None
    live: bool = False
    asks: tuple[str, ...] = ()


class Change(NamedTuple):
    """A changed value in words: its label, the former text and the new one. Both are None where the reader may not see them."""

    label: Any
    old: str | None
    new: str | None


@dataclass(frozen=True)
class HistoryEntry:
    """One event in the history of a record: what happened, when, who did it, the reason, and the changed values.

    `about` names another record that it happened to, whose page is at `url`.
    """

    title: Any
    at: dt.datetime | None
    who: Any = ""
    text: str = ""
    changes: Sequence[Change] = ()
    about: Any = ""
    url: str = ""


@dataclass(frozen=True)
class SearchSource:
    """One kind of record that the search of the staff site finds; `find(user, text)` must apply `visible_to`.

    `concerns(row)` returns the account or person whose data a hit shows: who searched is recorded for them (requirements P10).
    `url` is a page of the staff site. `list_name` (`members_person`) is the list that finds all of them by the same text.
    """

    label: Any
    find: Callable[[Any, str], QuerySet]
    describe: Callable[[Any], tuple[str, str]]  # (title, detail)
    url: Callable[[Any], str]
    list_name: str = ""
    concerns: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class UpcomingDate:
    """A coming date that 今日待办 shows beside the list, such as the end of a term."""

    on: dt.date
    title: str
    url: str = ""


UpcomingSource = Callable[[Any, dt.date, dt.date], Sequence[UpcomingDate]]  # (user, first, last): at most ten dates


class OpenSection(models.TextChoices):
    """The parts of the sheet with which a chair of an organization hands over, in their order."""

    REQUESTS = "requests", _("没办结的诉求")
    ACTIVITIES = "activities", _("今后四周的活动")
    PUT_RIGHT = "put_right", _("要改到位的")
    DUE = "due", _("到期的报告和申请")


@dataclass(frozen=True)
class OpenItem:
    """Something open in an organization: a thing and never a private matter. `on` is the day on which it is due or takes place.

    `url` is a public page, or one that its reader may be refused.
    """

    title: Any
    note: Any = ""
    on: dt.date | None = None
    url: str = ""


@dataclass(frozen=True)
class OpenItems:
    """Where the sheet finds what is open: `find(organization, first, last)` returns it, for activities those of these days."""

    section: OpenSection
    find: Callable[[Any, dt.date, dt.date], Sequence[OpenItem]]


@dataclass(frozen=True)
class Commitments:
    """What an organization still has to do or to be there for: `find(organization, day)` returns what begins on `day` or later.

    An organization that is suspended or dissolved from `day` on must have none.
    """

    label: Any
    find: Callable[[Any, dt.date], Sequence[OpenItem]]


# ---- pages ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Panel:
    """A partial that is rendered at a named place of a page of a lower layer, such as `organizations.detail`.

    `context(request, subject)` returns the context of `template`, or None to render nothing. Panels of one place are
    sorted by `order`, then by `template`. `shared_by(user)` returns a value that is equal for all who see the same panel, and
    None for somebody whose panel is made for them alone; the template of such a panel gets `site`, `elder` and
    `demo_loaded` beside its context, and neither `request` nor `user`.
    """

    place: str
    template: str
    context: Callable[[Any, Any], Mapping[str, Any] | None]
    order: int = 100
    shared_by: Callable[[Any], Hashable | None] | None = None


@dataclass(frozen=True)
class MenuEntry:
    """An entry of the public navigation: `url_name` is a URL name, `place` is `main` or a group of the site map.

    `also` are path prefixes that belong to the entry besides its own; `where` is `both`, `wide` or `phone`.
    """

    url_name: str
    label: Any
    order: int
    place: str = "main"
    icon: str = ""
    also: tuple[str, ...] = ()
    where: str = "both"


class PublicPage(NamedTuple):
    """A page for search engines: its path, and when it was changed last, where that is known."""

    path: str
    changed_at: dt.datetime | None = None


CODE_VALUE = r"[a-z0-9_-]{0,60}"  # of a query: a code or slug, or nothing
NUMBER_VALUE = r"[1-9]\d{0,3}"


def _common_versions(_path: Mapping[str, str]) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class CachedPage:
    """A public page that is the same for every visitor without a session, and is kept for all of them.

    `url_name` is its name among the URLs. `parameters` are the names of the query that the page reads, with a pattern that a
    value must match whole; a request with another name or value is answered without the cache, so that nobody fills it.
    `versions` returns, for the captured values of the path, the versions that the page depends on beside `SITE` and `PLACES`.
    """

    url_name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    versions: Callable[[Mapping[str, str]], tuple[str, ...]] = _common_versions


@dataclass(frozen=True)
class PictureSet:
    """The pictures that the public page of a row of `model` shows: at most `most`, called `label`.

    `visible(user)` returns the public ids of the rows whose pages `user` may see, for the anonymous user those that everybody
    sees. `can(user, row)` says who decides on the pictures. The longer side of a picture has at least `least` pixels. `advice`
    stands above the form.
    """

    model: type[models.Model]
    label: Any
    most: int
    least: int
    can: Callable[[Any, Any], bool]
    visible: Callable[[Any], QuerySet]
    advice: Any = ""

    @property
    def table(self) -> str:
        """Return the label of the model, such as `bases.Base`."""
        return self.model._meta.label


class GoLiveItem(NamedTuple):
    """Something to fill in before the portal is opened: `missing` says what is missing, empty when it is done.

    `url` is where an officer fills it in, `variable` the environment variable where the configuration does.
    """

    label: Any
    missing: Any = ""
    url: str = ""
    variable: str = ""


class ApiRoute(NamedTuple):
    """A resource of `/api/v1/`: its path and its ViewSet."""

    path: str
    viewset: type


# ---- people ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PostType:
    """A table of dated posts. The holder of a post of the kind `manager_kind` manages the target of the foreign key `model.SUBJECT`."""

    model: type[models.Model]
    manager_kind: str

    @property
    def subject(self) -> str:
        """Return the name of the foreign key, such as `organization`."""
        return self.model.SUBJECT  # type: ignore[attr-defined]


@dataclass(frozen=True)
class PersonRows:
    """The rows of an app that are about persons, and what happens to them when a person leaves (domain.md rule 12, P12).

    `leave(person, actor)` runs when a person leaves: it ends open rows. `erase(person)` runs 30 days later: it deletes the
    rows, or removes the data that identifies the person. Both run in the caller's transaction and are safe to repeat. `summary` is the
    sentence that the person reads before leaving.
    """

    label: Any
    leave: Callable[[Any, Any], Any] | None = None
    erase: Callable[[Any], Any] | None = None
    summary: Any = ""


@dataclass(frozen=True)
class AccountRows:
    """The rows of an app that belong to an account: what happens to them when its number changes and when it is closed.

    `move_number(user, old, new, actor)` replaces the number `old` of the account by `new` (empty: none). `close(user, actor)`
    ends open rows and removes what names the account; `summary` is the sentence that its owner reads before. Both run in the
    caller's transaction and are safe to repeat. `in_use(since)` returns the ids of the accounts that something open, or
    something after the moment `since`, still needs: the nightly task closes none of them.
    """

    label: Any
    move_number: Callable[[Any, str, str, Any], Any] | None = None
    close: Callable[[Any, Any], Any] | None = None
    in_use: Callable[[dt.datetime], QuerySet] | None = None
    summary: Any = ""


@dataclass(frozen=True)
class TableDescription:
    """How the rows of `table` ("app.Model") are shown on 我的数据, where the model itself does not define it.

    `hidden` are fields without meaning for a person, `technical` fields that are folded away, `show` maps a field to a
    function of the row that returns its text, `row_title` returns the heading of a row (such as its activity),
    `created_field` names the field with the date of creation. `related` are paths of rows that its texts read beyond its own
    keys, such as `change__organization`.
    """

    table: str
    title: Any = ""
    labels: Mapping[str, Any] = field(default_factory=dict)
    hidden: Collection[str] = ()
    technical: Collection[str] = ()
    row_title: Callable[[Any], Any] = str
    show: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    created_field: str = ""
    related: Sequence[str] = ()


@dataclass(frozen=True)
class DeadlineRows:
    """Rows that wait for a decision until `due_on`, a date that was counted in working days.

    `waiting()` returns them. When the table of holidays changes, a `due_on` that would lose working days moves to a later
    day, at most to `latest(row)`; then `moved(row, before)` is called in the same transaction, to notify who handles it.
    `recount(row)` counts the date anew with the present table, where days of the past do not count either (a pause).
    `locks()` returns the rows that all other actions lock before the waiting ones; they are locked before those of every kind.
    """

    waiting: Callable[[], QuerySet]
    latest: Callable[[Any], dt.date] | None = None
    moved: Callable[[Any, dt.date], Any] | None = None
    recount: Callable[[Any], dt.date] | None = None
    locks: Callable[[], QuerySet] | None = None


class PeriodicTask(NamedTuple):
    """A Celery task and how often it runs: seconds, or a `crontab` in the time zone of the office."""

    task: str
    schedule: Any
