"""The registry of extensions: what each app adds to the pages, queues and tasks of lower layers.

A lower layer must not import an upper one, so an upper app declares what it adds. Each app does this once, in its
`extensions.py`, which `apps.py` `ready()` imports:

    extend("activities", todos=[ApproveActivity()], metrics=METRICS, audit_verbs={"activity.created": _("起草活动")})

The slots are the fields of `registry.Extension`; `docs/architecture.md` lists for each slot the reader and an example. The last app
of `INSTALLED_APPS` calls `freeze()`: before that the registry cannot be read, after that nothing can be added.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from .import_shapes import ImportKind, ImportRow
from .job_shapes import JobKind, JobStep
from .kept import Kept, Watched
from .numbers import DISTRICT, EVER, Metric, Period
from .papers import Paper, PaperField, PaperOrder, PaperRows
from .records import ListLink, RecordTab, RecordVerb, StaffPage, TabColumn
from .registry import Extension, Registry
from .shapes import (
    CODE_VALUE,
    NUMBER_VALUE,
    AccountRows,
    ApiRoute,
    CachedPage,
    Change,
    Commitments,
    DeadlineRows,
    DetailRow,
    GoLiveItem,
    HistoryEntry,
    MenuEntry,
    OpenItem,
    OpenItems,
    OpenSection,
    Panel,
    PeriodicTask,
    PersonRows,
    PictureSet,
    PostType,
    PublicPage,
    SearchSource,
    Section,
    TableDescription,
    UpcomingDate,
    UpcomingSource,
)
from .todo_shapes import DecisionOption, TodoKind

__all__ = [
    "CODE_VALUE",
    "DISTRICT",
    "EVER",
    "NUMBER_VALUE",
    "AccountRows",
    "ApiRoute",
    "CachedPage",
    "Change",
    "Commitments",
    "DeadlineRows",
    "DecisionOption",
    "DetailRow",
    "Extension",
    "GoLiveItem",
    "HistoryEntry",
    "ImportKind",
    "ImportRow",
    "JobKind",
    "JobStep",
    "Kept",
    "ListLink",
    "MenuEntry",
    "Metric",
    "OpenItem",
    "OpenItems",
    "OpenSection",
    "Panel",
    "Paper",
    "PaperField",
    "PaperOrder",
    "PaperRows",
    "Period",
    "PeriodicTask",
    "PersonRows",
    "PictureSet",
    "PostType",
    "PublicPage",
    "RecordTab",
    "RecordVerb",
    "Registry",
    "SearchSource",
    "Section",
    "StaffPage",
    "TabColumn",
    "TableDescription",
    "TodoKind",
    "UpcomingDate",
    "UpcomingSource",
    "Watched",
]

_registry = Registry()


def extend(app: str, **slots: Any) -> None:
    """Declare the extension of `app` (its label); see `Registry.extend`."""
    _registry.extend(app, **slots)


def freeze() -> None:
    """End the declarations; see `Registry.freeze`."""
    _registry.freeze()


def apps() -> Mapping[str, Extension]:
    """Return the extensions by app label; see `Registry.apps`."""
    return _registry.apps()


# ---- reading, slot by slot ------------------------------------------------------------------------------------------
def todo_kinds() -> list[TodoKind]:
    """Return all kinds of to-dos in the order of the sections, then of declaration."""
    order = list(Section)
    return sorted(_registry.items("todos"), key=lambda kind: order.index(kind.section))


def todo_kind(code: str) -> TodoKind | None:
    """Return the kind of to-do with `code`, or None."""
    return next((kind for kind in _registry.items("todos") if kind.code == code), None)


def job_kind(code: str) -> JobKind | None:
    """Return the kind of job with `code`, or None."""
    return next((kind for kind in _registry.items("job_kinds") if kind.code == code), None)


def import_kinds(list_name: str = "") -> list[ImportKind]:
    """Return the kinds of sheets that can be read in; with `list_name` ("app.Model") those of that list."""
    return [kind for kind in _registry.items("imports") if list_name in ("", kind.list_name)]


def import_kind(code: str) -> ImportKind | None:
    """Return the kind of sheet with `code`, or None."""
    return next((kind for kind in _registry.items("imports") if kind.code == code), None)


def search_sources() -> list[SearchSource]:
    """Return the kinds of records that the search of the staff site finds."""
    return _registry.items("search")


def upcoming_dates(user: Any, first: dt.date, last: dt.date) -> list[UpcomingDate]:
    """Return the coming dates from `first` to `last` that `user` may see, in order."""
    found = (date for source in _registry.items("upcoming") for date in source(user, first, last))
    return sorted(found, key=lambda date: date.on)


def commitments() -> list[Commitments]:
    """Return where is found what of an organization takes place on a day or later."""
    return _registry.items("commitments")


def open_items() -> list[OpenItems]:
    """Return where the sheet of a chair finds what is open in an organization."""
    return _registry.items("open_items")


def panels(place: str) -> list[Panel]:
    """Return the panels of `place` in their order."""
    found = [panel for panel in _registry.items("panels") if panel.place == place]
    return sorted(found, key=lambda panel: (panel.order, panel.template))


def staff_pages(section: str) -> list[StaffPage]:
    """Return the pages that stand among the lists of `section`."""
    return [page for page in _registry.items("staff_pages") if page.section == section]


def record_tabs(subject: str) -> list[RecordTab]:
    """Return the tabs on the pages of the model `subject` ("members.Person"), in their order."""
    return sorted((tab for tab in _registry.items("record_tabs") if tab.subject == subject), key=lambda tab: tab.order)


def record_verbs(subject: str) -> list[RecordVerb]:
    """Return the verbs on the pages of the model `subject`, in their order."""
    found = (verb for verb in _registry.items("record_verbs") if verb.subject == subject)
    return sorted(found, key=lambda verb: verb.order)


def list_links() -> list[ListLink]:
    """Return the links of lists to pages that go on with their rows, in their order."""
    return sorted(_registry.items("list_links"), key=lambda link: link.order)


def papers(subject: str = "") -> list[Paper]:
    """Return the papers about records of the model `subject` in their order; without one all papers, app by app."""
    if not subject:
        return _registry.items("papers")
    found = (paper for paper in _registry.items("papers") if paper.subject == subject)
    return sorted(found, key=lambda paper: paper.order)


def paper(code: str) -> Paper | None:
    """Return the paper with `code`, or None."""
    return next((paper for paper in _registry.items("papers") if paper.code == code), None)


def menu(place: str) -> list[MenuEntry]:
    """Return the entries of the navigation at `place` in their order."""
    return sorted((entry for entry in _registry.items("menu") if entry.place == place), key=lambda entry: entry.order)


def public_pages() -> list[PublicPage]:
    """Return the pages that search engines should know."""
    return [page for source in _registry.items("public_pages") for page in source()]


def go_live_items() -> list[GoLiveItem]:
    """Return what must be filled in before the portal is opened; what is missing comes first."""
    found = [item for source in _registry.items("go_live") for item in source()]
    return sorted(found, key=lambda item: not item.missing)


def cached_pages() -> list[CachedPage]:
    """Return the public pages that are kept for all visitors without a session."""
    return _registry.items("cached_pages")


def content() -> dict[str, Callable[[Any], Iterable[str]]]:
    """Return, by verb, which versions of public content it moves; see `web.content`."""
    return _registry.mapping("content")


def content_moments() -> list[Callable[[dt.datetime], dt.datetime | None]]:
    """Return the functions that name the next moment at which time changes a public page."""
    return _registry.items("content_moments")


def api_routes() -> list[ApiRoute]:
    """Return the resources of the API."""
    return _registry.items("api")


def metrics() -> list[Metric]:
    """Return all metrics."""
    return _registry.items("metrics")


def metric(code: str) -> Metric:
    """Return the metric with `code`. Raises KeyError where there is none."""
    return {metric.code: metric for metric in metrics()}[code]


def public_metric(metric: Metric) -> Metric:
    """Return the metric that the public reads in place of `metric`: itself, where there is no other one."""
    return next((one for one in metrics() if one.instead_of == metric.code), metric)


def whole_of(metric: Metric) -> Metric | None:
    """Return what the public reads of the metric of which `metric` counts a part (`subset_of`), so that the rest follows; None without one."""
    found = next((one for one in metrics() if one.code == metric.subset_of), None)
    return public_metric(found) if found else None


def audit_verbs() -> dict[str, Any]:
    """Return the labels of all verbs that an audit entry may have."""
    return _registry.mapping("audit_verbs")


def notice_kinds() -> dict[str, Any]:
    """Return the kinds of notices for which people choose the channel: the app in the name of the template → label."""
    return _registry.mapping("notice_kinds")


def schedule() -> dict[str, PeriodicTask]:
    """Return the periodic tasks by name."""
    return _registry.mapping("schedule")


def post_types() -> list[PostType]:
    """Return the tables of posts."""
    return _registry.items("posts")


def evaluation_tables() -> list[Any]:
    """Return the tables of the yearly evaluations of organizers, see `chengyang.platform.standards`."""
    return _registry.items("evaluations")


def assessment_tables() -> list[Any]:
    """Return the tables of assessments."""
    return _registry.items("assessments")


def file_access() -> dict[str, Callable[[Any], QuerySet]]:
    """Return for each table with files the function that returns the public ids of the rows a user may see."""
    return _registry.mapping("file_access")


def picture_sets() -> list[PictureSet]:
    """Return the declarations about pictures of public pages."""
    return _registry.items("pictures")


def picture_set(row: Any) -> PictureSet:
    """Return the declaration about the pictures of `row`. Raises KeyError where its table has none."""
    return {shown.table: shown for shown in picture_sets()}[row._meta.concrete_model._meta.label]


def withdrawal_handlers(purpose: str) -> list[Callable[[Any, Any], Any]]:
    """Return the functions to call when the consent to `purpose` is withdrawn."""
    handlers = (extension.on_withdrawal.get(purpose) for extension in apps().values())
    return [handler for handler in handlers if handler]


def deadline_rows() -> list[DeadlineRows]:
    """Return the declarations about rows whose due date is counted in working days."""
    return _registry.items("deadlines")


def person_rows() -> list[PersonRows]:
    """Return the declarations about rows of persons, lower layers first."""
    return _registry.items("person_rows")


def account_rows() -> list[AccountRows]:
    """Return the declarations about rows of accounts, lower layers first."""
    return _registry.items("account_rows")


def table_descriptions() -> dict[str, TableDescription]:
    """Return the descriptions for 我的数据 by table label."""
    return {description.table: description for description in _registry.items("own_data")}
