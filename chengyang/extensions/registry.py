"""The slots of the registry, and the registry itself: what is declared, when it can be read, what is refused."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import QuerySet

from .import_shapes import ImportKind
from .job_shapes import JobKind
from .numbers import Metric
from .papers import Paper
from .records import ListLink, RecordTab, RecordVerb, StaffPage
from .shapes import (
    AccountRows,
    ApiRoute,
    CachedPage,
    Commitments,
    DeadlineRows,
    GoLiveItem,
    MenuEntry,
    OpenItems,
    Panel,
    PeriodicTask,
    PersonRows,
    PictureSet,
    PostType,
    PublicPage,
    SearchSource,
    TableDescription,
    UpcomingSource,
)
from .todo_shapes import TodoKind

_VERB = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")


# ---- the registry ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Extension:
    """The declarations of one app; every slot is optional."""

    todos: Sequence[TodoKind] = ()  # kinds of records that wait for an officer
    job_kinds: Sequence[JobKind] = ()  # long work that a worker does in steps
    imports: Sequence[ImportKind] = ()  # sheets that an officer reads in
    search: Sequence[SearchSource] = ()  # records that the search of the staff site finds
    upcoming: Sequence[UpcomingSource] = ()  # coming dates beside 今日待办
    open_items: Sequence[OpenItems] = ()  # what is open in an organization, on the sheet with which a chair hands over
    commitments: Sequence[Commitments] = ()  # what of an organization takes place on a day or later
    panels: Sequence[Panel] = ()  # partials on pages of lower layers
    record_tabs: Sequence[RecordTab] = ()  # rows that belong to a record, on its page of the staff site
    record_verbs: Sequence[RecordVerb] = ()  # links on that page to forms in which the record is filled in
    staff_pages: Sequence[StaffPage] = ()  # pages of the staff site beside its lists
    list_links: Sequence[ListLink] = ()  # links of a list to pages that go on with its rows
    papers: Sequence[Paper] = ()  # forms, rolls and letters about a record: print pages and Word files
    menu: Sequence[MenuEntry] = ()  # public navigation and site map
    public_pages: Sequence[Callable[[], Iterable[PublicPage]]] = ()  # of the sitemap, without the lists of filters
    go_live: Sequence[Callable[[], Sequence[GoLiveItem]]] = ()  # what must be filled in before the portal is opened
    cached_pages: Sequence[CachedPage] = ()  # public pages that are kept for all visitors without a session
    # verb → function (subject) → names of the versions of public content that it moves; a verb without an entry moves SITE
    content: Mapping[str, Callable[[Any], Iterable[str]]] = field(default_factory=dict)
    # function (now) → the next moment at which time alone changes a public page, or None; midnight always does
    content_moments: Sequence[Callable[[dt.datetime], dt.datetime | None]] = ()
    api: Sequence[ApiRoute] = ()  # resources of /api/v1/
    metrics: Sequence[Metric] = ()  # numbers by code
    audit_verbs: Mapping[str, Any] = field(default_factory=dict)  # verb → label; an unknown verb is refused
    notice_kinds: Mapping[str, Any] = field(default_factory=dict)  # first part of the template → label; can be chosen
    schedule: Mapping[str, PeriodicTask] = field(default_factory=dict)  # name → periodic task
    posts: Sequence[PostType] = ()  # posts that give an access scope
    assessments: Sequence[type[models.Model]] = ()  # tables of assessments; `SUBJECT` names their subject
    evaluations: Sequence[
        type[models.Model]
    ] = ()  # tables of yearly evaluations of organizers, with the same `SUBJECT`
    # "app.Model" → function (user) → public ids of the rows that the user may see
    file_access: Mapping[str, Callable[[Any], QuerySet]] = field(default_factory=dict)
    pictures: Sequence[PictureSet] = ()  # tables whose public pages show pictures
    on_withdrawal: Mapping[str, Callable[[Any, Any], Any]] = field(
        default_factory=dict
    )  # purpose → function (account, actor)
    deadlines: Sequence[DeadlineRows] = ()  # rows whose due date is counted in working days
    person_rows: Sequence[PersonRows] = ()  # changes when a person leaves or is erased
    account_rows: Sequence[AccountRows] = ()  # changes when an account changes its number or is closed
    own_data: Sequence[TableDescription] = ()  # how rows are shown on 我的数据
    own_data_order: int = 100  # position of the app's tables on 我的数据


class Registry:
    """The extensions by app, in the order in which the apps start."""

    def __init__(self) -> None:
        self._apps: dict[str, Extension] = {}
        self._frozen = False
        self._merged: dict[str, Any] = {}  # by slot, as read after start-up

    def extend(self, app: str, **slots: Any) -> None:
        """Declare the `slots` of `app` (its label).

        Raises ValueError for a second declaration of the same app, RuntimeError after `freeze`.
        """
        if self._frozen:
            raise RuntimeError(f"{app} declares an extension after start-up.")
        if app in self._apps:
            raise ValueError(f"{app} declares its extension twice.")
        self._apps[app] = Extension(**slots)

    def freeze(self) -> None:
        """End the declarations and check them. Raises ValueError for a duplicate key and for a malformed audit verb."""
        self._frozen = True
        for slot, key in _KEYS.items():
            _refuse_repeated(slot, [key(item) for item in self.items(slot)])
        for slot in ("audit_verbs", "content", "notice_kinds", "schedule", "file_access"):
            _refuse_repeated(slot, [key for extension in self.apps().values() for key in getattr(extension, slot)])
        if wrong := [verb for verb in self.mapping("audit_verbs") if not _VERB.fullmatch(verb)]:
            raise ValueError(f"{wrong[0]!r} is not of the form object.past_participle.")
        if unknown := sorted(self.mapping("content").keys() - self.mapping("audit_verbs").keys()):
            raise ValueError(f"{unknown[0]!r} in the slot content is not an audit verb.")

    def apps(self) -> Mapping[str, Extension]:
        """Return the extensions by app label. Raises RuntimeError before `freeze`, when some are still missing."""
        if not self._frozen:
            raise RuntimeError("The registry is read before all apps have started.")
        return self._apps

    def items(self, slot: str) -> list[Any]:
        """Return the items of all apps in a slot that holds a sequence."""
        if slot not in self._merged:
            self._merged[slot] = [item for extension in self.apps().values() for item in getattr(extension, slot)]
        return list(self._merged[slot])

    def mapping(self, slot: str) -> dict[str, Any]:
        """Return the merged mapping of all apps in a slot that holds a mapping."""
        if slot not in self._merged:
            pairs = (pair for extension in self.apps().values() for pair in getattr(extension, slot).items())
            self._merged[slot] = dict(pairs)
        return dict(self._merged[slot])


_KEYS: dict[str, Callable[[Any], Any]] = {
    "todos": lambda kind: kind.code,
    "job_kinds": lambda kind: kind.code,
    "imports": lambda kind: kind.code,
    "panels": lambda panel: (panel.place, panel.template),
    "record_tabs": lambda tab: (tab.subject, tab.code, tab.part),
    "record_verbs": lambda verb: (verb.subject, verb.code),
    "list_links": lambda link: link.code,
    "papers": lambda paper: paper.code,
    "menu": lambda entry: (entry.place, entry.url_name),
    "cached_pages": lambda page: page.url_name,
    "api": lambda route: route.path,
    "metrics": lambda metric: metric.code,
    "posts": lambda post: post.subject,
    "pictures": lambda shown: shown.table,
    "assessments": lambda table: table.SUBJECT,
    "evaluations": lambda table: table.SUBJECT,
    "own_data": lambda description: description.table,
}


def _refuse_repeated(slot: str, keys: list[Any]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"{key!r} is declared twice in the slot {slot}.")
