"""The history of records in words: who changed what, when, from which value to which, and why.

Two sources say it together: the stored former versions of rows (`audit.history`) know the values, the audit entries know the
verbs. What one request did to one row is one step.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from chengyang.extensions import Change, HistoryEntry
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.actions import subject_of
from chengyang.platform.audit.models import Entry

from . import history_words

MOST = 100  # former versions and entries of one table that the history of a record reads
TOGETHER = dt.timedelta(seconds=5)  # between an entry and its change, where neither belongs to a request


@dataclass(frozen=True)
class Source:
    """Rows of one table whose history is shown.

    `reads` says whether the reader may see former personal values. `about(row)` and `url(row)` name a row that is not the
    record of the page itself. `moments` are the date-times of the table that are facts and not the moments of steps.
    """

    rows: Sequence[Model]
    reads: bool = True
    about: Callable[[Any], Any] | None = None
    url: Callable[[Any], str] | None = None
    moments: Sequence[str] = ()


@dataclass
class _Step:
    """What was done to one row at once: former and next version, and the audit entries about it."""

    row: Any
    source: Source
    request: str = ""
    at: dt.datetime | None = None
    actor: str = ""
    before: Any = None
    after: Any = None
    entries: list[Entry] = field(default_factory=list)


def history_of(sources: Sequence[Source], *, account: str = "") -> list[HistoryEntry]:
    """Return what happened to the rows of `sources`, newest first.

    `account` is the public id of the account whose data they are: what it did, was done by 本人. The number of statements
    depends on the number of sources, not on that of rows.
    """
    steps = [step for source in sources if _is_tracked(source) for step in _changes(source)]
    _join_entries(steps, sources)
    names = _names({step.actor for step in steps} | {entry.actor for step in steps for entry in step.entries})
    words = _words(steps)
    found = [entry for step in steps if (entry := _entry_of(step, words, names, account))]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def states_of(row: Any, *, note: str = "") -> list[HistoryEntry]:
    """Return each change of the state of `row`, newest first: when, by whom, and the text of the column `note` after it."""
    former = list(row.history.exclude(pgh_label="delete").order_by("pgh_id"))
    names = _names({_context(event).get("actor", "") for event in former})
    steps = [
        HistoryEntry(
            after.get_state_display(),
            before.pgh_created_at,
            names.get(_context(before).get("actor", ""), ""),
            getattr(after, note) if note else "",
        )
        for before, after in pairwise([*former, row])
        if before.state != after.state
    ]
    return steps[::-1]


# ---- steps ----------------------------------------------------------------------------------------------------------
def _is_tracked(source: Source) -> bool:
    return bool(source.rows) and hasattr(source.rows[0]._meta.concrete_model, "pgh_event_model")


def _changes(source: Source) -> list[_Step]:
    """Return the steps that the stored former versions of the rows know; the changes of one request are one step."""
    rows = {row.pk: row for row in source.rows}
    events = source.rows[0]._meta.concrete_model.pgh_event_model._base_manager.filter(pgh_obj_id__in=list(rows))
    versions: dict[Any, list] = {pk: [row] for pk, row in rows.items()}  # of each row, newest first
    for event in events.exclude(pgh_label="delete").order_by("-pgh_id")[:MOST]:
        versions[event.pgh_obj_id].append(event)
    steps: list[_Step] = []
    for pk, found in versions.items():
        for before, after in pairwise(found[::-1]):
            context = _context(before)
            request = context.get("request", "")
            last = steps[-1] if steps else None
            if last and request and last.row is rows[pk] and last.request == request:
                last.after = after
                continue
            steps.append(
                _Step(rows[pk], source, request, before.pgh_created_at, context.get("actor", ""), before, after)
            )
    return steps


def _context(event: Any) -> dict[str, str]:
    return event.pgh_context or {}


def _join_entries(steps: list[_Step], sources: Sequence[Source]) -> None:
    """Add the audit entries about the rows to the steps that they describe, and a step for each of the others."""
    rows = {subject_of(row): (row, source) for source in sources for row in source.rows}
    by_request = {(subject_of(step.row), step.request): step for step in steps if step.request}
    alone = [step for step in steps if not step.request]
    for entry in _entries(sources):
        key = (entry.subject, entry.subject_id)
        step = by_request.get((key, entry.request_id)) if entry.request_id else _unclaimed(alone, entry)
        if step is None:
            row, source = rows[key]
            step = _Step(row, source, entry.request_id, entry.at, entry.actor)
            steps.append(step)
            if entry.request_id:
                by_request[key, entry.request_id] = step
        step.entries.append(entry)


def _unclaimed(steps: Sequence[_Step], entry: Entry) -> _Step | None:
    """Return the step outside of any request that `entry` records, None without one."""
    near = (
        step
        for step in steps
        if subject_of(step.row) == (entry.subject, entry.subject_id)
        and not step.entries
        and step.at is not None
        and abs(step.at - entry.at) <= TOGETHER
    )
    return next(near, None)


def _entries(sources: Sequence[Source]) -> list[Entry]:
    """Return the latest entries about changes of the rows, oldest first, by one query."""
    found = []
    for source in sources:
        keys = [subject_of(row) for row in source.rows]
        if keys:
            about = Entry.objects.filter(subject=keys[0][0], subject_id__in=[key for _label, key in keys])
            found.append(about.changes().filter(result=Entry.Result.OK).order_by("-id")[:MOST])
    if not found:
        return []
    rows = found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]
    return sorted(rows, key=lambda entry: entry.pk)


# ---- words ----------------------------------------------------------------------------------------------------------
def _names(ids: set[str]) -> dict[str, str]:
    """Return the names of accounts by public id."""
    return dict(User.objects.filter(public_id__in=ids - {""}).values_list("public_id", "name")) if ids - {""} else {}


def _words(steps: Sequence[_Step]) -> history_words.Names:
    """Return the names of all rows that changed foreign keys point at."""
    found: dict = {}
    by_table: dict[Any, list[_Step]] = {}
    for step in steps:
        if step.before is not None:
            by_table.setdefault(step.row._meta.concrete_model, []).append(step)
    for table in by_table.values():
        changed = {
            one.name: one for step in table for one in _changed(step) if one.is_relation
        }  # only these are looked up
        found |= history_words.names_of(changed.values(), [one for step in table for one in (step.before, step.after)])
    return found


def _changed(step: _Step) -> Iterator[Any]:
    """Yield the fields that people read and that differ between the versions of `step`.

    Of a row that somebody was still writing (`AUTHORS_STATES` of its model) only the state: what was typed and taken out
    again before it was handed in, was never handed in (requirements P06).
    """
    if step.before is None:
        return
    if getattr(step.before, "state", None) in getattr(step.row, "AUTHORS_STATES", ()):
        yield from (one for one in step.row._meta.concrete_fields if one.name == "state" and _differs(step, one))
        return
    read = history_words.fields_of(step.row, moments=step.source.moments)
    found = [one for one in read if _differs(step, one)]
    has_moved = any(one.name == "state" for one in found)
    for one in found:
        if not (has_moved and one.name == "due_on"):  # a state that waits for nobody has no date
            yield one


def _differs(step: _Step, one: Any) -> bool:
    return bool(getattr(step.before, one.attname) != getattr(step.after, one.attname))


def _entry_of(step: _Step, words: Any, names: dict[str, str], account: str) -> HistoryEntry | None:
    changed = list(_changed(step))
    reads = step.source.reads
    changes: list[Change] = [
        history_words.change(
            step.row, one, getattr(step.before, one.attname), getattr(step.after, one.attname), words, reads=reads
        )
        for one in changed
        if one.name not in history_words.REASONS
    ]
    if not step.entries and not changes:
        return None
    reasons = [getattr(step.after, one.attname) for one in changed if one.name in history_words.REASONS]
    hidden = getattr(step.row, "PERSONAL", ()) if not reads else ()
    shown = reads or not any(one.name in hidden for one in changed if one.name in history_words.REASONS)
    verbs = list(dict.fromkeys(str(entry.verb_label) for entry in step.entries))
    about, url = step.source.about, step.source.url
    return HistoryEntry(
        "、".join(verbs) or _("修改"),
        step.entries[0].at if step.entries else step.at,
        _who(step, names, account),
        "\n".join(text for text in reasons if text) if shown else "",
        changes,
        about(step.row) if about else "",
        url(step.row) if url else "",
    )


def _who(step: _Step, names: dict[str, str], account: str) -> str:
    actor = next((entry.actor for entry in step.entries if entry.actor), step.actor)
    if actor and (actor == account or any(entry.actor == entry.user for entry in step.entries)):
        return _("本人")
    if actor:
        return names.get(actor, _("已注销的账号"))
    is_visitor = any(entry.actor_kind == Entry.ActorKind.VISITOR for entry in step.entries)
    return _("没有登录的人") if is_visitor else _("系统")
