"""提名: who is nominated in a change of term, what they answer, and the results, one by one or all at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign
from chengyang.platform.audit.transitions import lock, require_state
from chengyang.platform.files import actions as files
from chengyang.platform.files.models import File
from members.models import Person

from .. import permissions
from ..models import Candidate, TermChange
from ..states import ChangeState
from .term_parts import locked_change, notify_account, notify_person, record_candidate


@transaction.atomic
def nominate(change: TermChange, *, person: Person, kind: str, actor: Any) -> Candidate:
    """Nominate `person` for the post `kind` of the new term; they are asked, and answer on their own page.

    Safe to repeat. Raises ActionError `state`, `not_registered`, NotAllowed.
    """
    change = locked_change(change)
    require(permissions.can_prepare_term_change, actor, change.organization)
    require_state(change, ChangeState.PREPARING)
    if not person.is_active:
        raise ActionError(_("只有在册人士可以提名。"), code="not_registered", field="person")
    if known := change.candidates.filter(person=person, kind=kind).first():
        return known
    row = change.candidates.create(person=person, kind=kind, is_demo=change.is_demo)
    record_candidate("candidate.nominated", row, actor)
    notify_person(row.person, "organizations/nominated", candidate=row)
    return row


@transaction.atomic
def record_result(candidate: Candidate, data: Mapping[str, Any], *, actor: Any) -> Candidate:
    """Write the votes of a candidate, and whether they were elected (names in EDITABLE_FIELDS).

    Raises ActionError `state`, `consent` (elected without having agreed), `votes` (more than were present), NotAllowed.
    """
    change = locked_change(candidate.change)
    candidate = lock(candidate)
    require(permissions.can_prepare_term_change, actor, change.organization)
    require_state(change, ChangeState.PREPARING)
    changed = assign(candidate, data, fields=Candidate.EDITABLE_FIELDS)
    if candidate.is_elected and not candidate.has_agreed:
        raise ActionError(_("本人同意任职以后才能当选。"), code="consent", field="is_elected")
    if candidate.votes and change.present and candidate.votes > change.present:
        raise ActionError(_("赞成票不能多于实到人数。"), code="votes", field="votes")
    if changed:
        candidate.save(update_fields=changed)
        record_candidate("candidate.recorded", candidate, actor, fields=changed)
    return candidate


def elect(candidate: Candidate, *, actor: Any) -> Candidate:
    """Record that a candidate was elected; see `record_result`."""
    return record_result(candidate, {"is_elected": True}, actor=actor)


@transaction.atomic
def drop_candidate(candidate: Candidate, *, actor: Any) -> None:
    """Take a nomination back, with its history: it came to nothing. Raises ActionError `state`, NotAllowed."""
    change = locked_change(candidate.change)
    candidate = lock(candidate)
    require(permissions.can_prepare_term_change, actor, change.organization)
    require_state(change, ChangeState.PREPARING)
    record_candidate("candidate.dropped", candidate, actor)
    if candidate.paper:
        files.discard(File.objects.get(public_id=candidate.paper), actor=actor)
    history.delete_with_history(Candidate.objects.filter(pk=candidate.pk))


@transaction.atomic
def answer_nomination(candidate: Candidate, *, agrees: bool, actor: Any) -> Candidate:
    """Store what the nominated person answers on their own page, also instead of a former answer; who prepares it is notified.

    Who declines is not elected. Raises ActionError `state` once the result is submitted, NotAllowed for everybody else.
    """
    change = locked_change(candidate.change)
    candidate = lock(candidate)
    require(permissions.can_answer_nomination, actor, candidate)
    require_state(change, ChangeState.PREPARING)
    if candidate.answered_self and candidate.has_agreed == agrees:
        return candidate
    _answer(candidate, agrees, actor, "candidate.answered", paper="")
    notify_account(change.prepared_by, "organizations/nomination_answered", change, candidate=candidate)
    return candidate


@transaction.atomic
def record_consent(candidate: Candidate, *, agrees: bool, upload: Any, actor: Any) -> Candidate:
    """Record what a nominated person answered on paper, with the file `upload`; they are notified, and may answer otherwise.

    The file belongs to the change. Raises ActionError `state`, `answered` (the person answered on their own page), `paper`
    (no file), as `files.store`, NotAllowed.
    """
    change = locked_change(candidate.change)
    candidate = lock(candidate)
    require(permissions.can_prepare_term_change, actor, change.organization)
    require_state(change, ChangeState.PREPARING)
    if candidate.answered_self:
        raise ActionError(_("本人已经在“我的”里答复，以本人的答复为准。"), code="answered")
    if not upload:
        raise ActionError(_("请附上书面答复的照片或扫描件。"), code="paper", field="file")
    file = files.store(upload, owner=actor, attached_to=change)
    if candidate.paper:
        files.discard(File.objects.get(public_id=candidate.paper), actor=actor)
    _answer(candidate, agrees, actor, "candidate.consent_recorded", paper=file.public_id)
    notify_person(candidate.person, "organizations/consent_recorded", candidate=candidate)
    return candidate


@transaction.atomic
def record_candidates(
    change: TermChange,
    *,
    nominations: Sequence[tuple[str, Person, str]],
    results: Sequence[tuple[str, Candidate, Mapping[str, Any]]],
    actor: Any,
) -> int:
    """Nominate several persons and write the results of several candidates, all of them or none; return how many changed.

    `nominations` are (row of the form, person, kind of post), `results` (row of the form, candidate, data as in `record_result`).
    Raises ActionError `rows` with a sentence for each field that must be changed (`name_1`, `votes_12` …), `state`, NotAllowed.
    """
    change = locked_change(change)
    require(permissions.can_prepare_term_change, actor, change.organization)
    require_state(change, ChangeState.PREPARING)
    each: dict[str, Any] = {}
    count = 0
    for row, person, kind in nominations:
        try:
            known = change.candidates.filter(person=person, kind=kind).exists()
            nominate(change, person=person, kind=kind, actor=actor)
            count += not known
        except ActionError as error:
            each[f"name_{row}"] = error.message
    for row, candidate, data in results:
        try:
            if candidate.change_id != change.pk:
                raise ActionError(_("这个提名不在这次换届里。"), code="change")
            count += any(getattr(candidate, name) != value for name, value in data.items())
            record_result(candidate, data, actor=actor)
        except ActionError as error:
            each[f"{'votes' if error.code == 'votes' else 'elected'}_{row}"] = error.message
    if each:
        raise ActionError(_("有几行要改，这一次都没有保存。"), code="rows", each=each)
    return count


def _answer(candidate: Candidate, agrees: bool, actor: Any, verb: str, *, paper: str) -> None:
    candidate.has_agreed, candidate.has_declined = agrees, not agrees
    candidate.answered_at, candidate.answered_by, candidate.paper = clock.now(), actor, paper
    candidate.is_elected = candidate.is_elected and agrees
    names = ("has_agreed", "has_declined", "answered_at", "answered_by", "paper", "is_elected")
    candidate.save(update_fields=names)
    record_candidate(verb, candidate, actor, fields=names)
