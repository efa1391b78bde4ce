"""The declarations of what stands on pages of the staff site: tabs and verbs of a record, links of a list (`record_tabs`, `record_verbs`, `list_links`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet


def _visible(rows: Any, user: Any) -> QuerySet:
    return rows.visible_to(user)


def _no_reason(user: Any, record: Any) -> str:
    return ""


@dataclass(frozen=True)
class TabColumn:
    """One column of a tab: `show` is the name of a field of the row, or a function of the row that returns a value.

    `badge` returns the CSS class of the badge around the value ("" for a plain one); without it there is no badge. `note` is
    shown in small type below the value. `record` returns a row of another list, to whose page the value leads, where the
    officer may open it. The first column leads to the page of the row itself.
    """

    label: Any
    show: str | Callable[[Any], Any]
    badge: Callable[[Any], str] | None = None
    note: Callable[[Any], Any] | None = None
    record: Callable[[Any], Any] | None = None
    is_number: bool = False


@dataclass(frozen=True)
class RecordTab:
    """The rows of an app that belong to a record of another one, as a tab on the page of that record.

    `subject` is the model of the record ("members.Person"). Tabs with one `code` are one tab with a table for each of them,
    called `heading`; `part` names the table in the address. `rows(record)` returns all rows of the record, and
    `visible(rows, user)` those that `user` may read: the others are counted, and not shown. `ordering` names columns, the last of them unique. `search(rows, text)` makes a search
    box. `concerns(row)` returns the account or person whose data a row is: who reads the tab is recorded for them
    (requirements P10). `in_history` says that the rows of one record are few, and that its history includes theirs and that of
    the rows of other tables that `further(row)` returns. `summary(rows)` returns the context of `template`, which is shown above
    the table, or None; `rows` are those that the officer may read.
    """

    subject: str
    code: str
    label: Any
    rows: Callable[[Any], QuerySet]
    columns: Sequence[TabColumn]
    ordering: Sequence[str]
    order: int = 100
    part: str = ""
    heading: Any = ""
    visible: Callable[[Any, Any], QuerySet] = _visible
    related: Sequence[str] = ()  # select_related of the table
    search: Callable[[Any, str], QuerySet] | None = None
    concerns: Callable[[Any], Any] | None = None
    in_history: bool = False
    further: Callable[[Any], Sequence[Any]] | None = None
    template: str = ""
    summary: Callable[[Any], Mapping[str, Any] | None] | None = None


@dataclass(frozen=True)
class RecordVerb:
    """A link on the page of a record to a form of another list, in which the record is filled in.

    `form` names the list of the form ("organizations_membership"), `field` its field for the record, and `given` other values.
    `can(user, record)` hides the link; the action checks the permission again. `why(user, record)` returns the sentence that
    makes it the next step, "" where it is none. The link stands on the tab with the code `tab`, too. `url(record)` leads to another
    page than a form of a list; then `form` and `field` are empty.
    """

    subject: str
    code: str
    label: Any
    form: str
    field: str
    can: Callable[[Any, Any], bool]
    why: Callable[[Any, Any], str] = _no_reason
    given: Mapping[str, str] = field(default_factory=dict)
    url: Callable[[Any], str] | None = None
    tab: str = ""
    order: int = 100


@dataclass(frozen=True)
class ListLink:
    """A link beside a list, and below it for the rows that are ticked: to a page that goes on with the rows of the list.

    `url(list_name, query)` returns the address for the list `list_name` ("app.Model") with the query string `query`;
    `can(user, model_admin)` says whether an officer gets the link on the list of `model_admin`.
    """

    code: str
    label: Any
    url: Callable[[str, str], str]
    can: Callable[[Any, Any], bool]
    order: int = 100


@dataclass(frozen=True)
class StaffPage:
    """A page of the staff site that is no list: `url_name` stands among the lists of `section` for officers for whom `can(user)` is true."""

    section: str
    url_name: str
    label: Any
    can: Callable[[Any], bool]
