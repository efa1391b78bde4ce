"""换届: prepared by one officer, agreed by a second one; posts end and begin at midnight of the day by their dates alone."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.accounts import posts
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, move, require_state
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions
from ..models import Candidate, Organization, Post, Term, TermChange
from ..states import CHANGE_TRANSITIONS, ChangeState, OrganizationState
from .duty_parts import secretaries_of
from .posts import end_posts_on, own_posts_url, restore_ends
from .term_parts import locked_change, notify_account, notify_person

AGREE_WITHIN = 5  # working days in which a second officer looks at the result
REMIND_FROM = dt.timedelta(days=7)  # before the day; from then on both are reminded every day


@transaction.atomic
def begin_term_change(organization: Organization, data: Mapping[str, Any], *, actor: Any) -> TermChange:
    """Begin to prepare a change of term with `data` (names in EDITABLE_FIELDS; `number`, `starts` and `ends` are needed).

    Raises ActionError `closed` (the organization is not founded), `dates` (a day that is not to come), `open` (another change
    is prepared or agreed), `invalid` with the field that the model refuses, NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_prepare_term_change, actor, organization)
    if organization.state != OrganizationState.FOUNDED:
        raise ActionError(_("组织成立以后才换届。"), code="closed")
    if organization.term_changes.open().exists():
        raise ActionError(_("这个组织已经在换届。"), code="open")
    change = TermChange(organization=organization, prepared_by=actor, is_demo=organization.is_demo, **data)
    _check_days(change)
    validate(change)
    change.save(force_insert=True)
    audit.record("term_change.begun", change, actor=actor)
    return change


@transaction.atomic
def edit_term_change(change: TermChange, data: Mapping[str, Any], *, actor: Any) -> TermChange:
    """Write `data` (names in EDITABLE_FIELDS) while the change is prepared. Raises ActionError as `begin_term_change`, `state`."""
    change = locked_change(change)
    require(permissions.can_prepare_term_change, actor, change.organization)
    require_state(change, ChangeState.PREPARING)
    changed = assign(change, data, fields=TermChange.EDITABLE_FIELDS)
    if changed:
        _check_days(change)
        validate(change, changed)
        change.save(update_fields=changed)
        audit.record("term_change.updated", change, actor=actor, fields=changed)
    return change


@transaction.atomic
def submit_term_change(change: TermChange, *, actor: Any) -> TermChange:
    """Hand the result to a second officer, who has five working days, and at most until the day before midnight.

    Raises ActionError `state`, `meeting` (no date, place or number of those present, or a meeting to come), `answers` (a
    candidate has not answered), `elected` (nobody, or two secretaries), `left` (somebody elected left the registry), `dates`, NotAllowed.
    """
    change = locked_change(change)
    require(permissions.can_prepare_term_change, actor, change.organization)
    _check_days(change)
    _check_result(change)
    due = min(due_on(clock.today(), AGREE_WITHIN), change.eve)
    return move(
        change,
        ChangeState.SUBMITTED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="term_change.submitted",
        submitted_by=actor,
        submitted_at=clock.now(),
        due_on=due,
        reason="",
    )


@transaction.atomic
def return_term_change(change: TermChange, *, reason: str, actor: Any) -> TermChange:
    """Send the result back, as the second officer, with a reason that who prepared it reads.

    Raises ActionError `state`, `reason`, `too_long`, NotAllowed for who submitted it.
    """
    change = locked_change(change)
    require(permissions.can_agree_to_term_change, actor, change)
    require_state(change, ChangeState.SUBMITTED)
    returned = move(
        change,
        ChangeState.PREPARING,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="term_change.returned",
        user=change.submitted_by,
        reason=required_reason(reason),
        due_on=None,
    )
    notify_account(change.submitted_by, "organizations/term_change_returned", returned)
    return returned


@transaction.atomic
def agree_to_term_change(change: TermChange, *, actor: Any) -> TermChange:
    """Agree to the result as the second officer: the posts of the old term get an end, those of the elected begin, on one day.

    Nothing else happens at midnight: rights follow the dates by query. Everybody concerned is notified now. Raises ActionError
    `state`, `late` (the day has come, so the old board goes on), `elected`, `left`, `planned` (the rotating chair of the old term
    is planned beyond the day), `held` (somebody holds a post that begins later), NotAllowed for who submitted it.
    """
    change = locked_change(change)
    require(permissions.can_agree_to_term_change, actor, change)
    require_state(change, ChangeState.SUBMITTED)
    if change.starts <= clock.today():
        raise ActionError(_("交接的日子已经到了，原班子继续任职。请退回，改交接日期。"), code="late")
    _check_result(change)
    term = _new_term(change)
    ended = _end_posts(change, actor)
    agreed = move(
        change,
        ChangeState.AGREED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="term_change.agreed",
        agreed_by=actor,
        agreed_at=clock.now(),
        due_on=None,
        term=term,
        ended=ended,
    )
    _begin_posts(change, actor)
    notify_account(change.submitted_by, "organizations/term_change_agreed", agreed)
    return agreed


@transaction.atomic
def withdraw_term_change(change: TermChange, *, actor: Any) -> TermChange:
    """Take the agreement back, before midnight: the old posts get the ends that they had, those of the elected are deleted.

    The elected are notified. It waits for a second officer again. Raises ActionError `state` (not agreed, or it has happened),
    `planned` (the rotating chair of the new term is planned), NotAllowed for all but the responsible staff.
    """
    change = locked_change(change)
    require(permissions.can_withdraw_term_change, actor, change)
    if change.state != ChangeState.AGREED or change.starts <= clock.today():
        raise ActionError(_("已经交接，不能撤回。"), code="state")
    term = change.term
    if term is not None and term.duties.exists():
        raise ActionError(_("新一届的轮值已经排好，先改轮值。"), code="planned")
    _restore_posts(change, actor)
    withdrawn = move(
        change,
        ChangeState.SUBMITTED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="term_change.withdrawn",
        user=change.submitted_by,
        agreed_by=None,
        agreed_at=None,
        due_on=min(due_on(clock.today(), AGREE_WITHIN), change.eve),
        term=None,
        ended={},
    )
    if term is not None:
        term.delete()
    return withdrawn


@transaction.atomic
def submit_again(change: TermChange, *, actor: Any) -> TermChange:
    """Take back that the result was sent back: it waits for a second officer again.

    Raises ActionError `state` when who prepared it has changed something since, `dates`, NotAllowed.
    """
    change = locked_change(change)
    require(permissions.can_agree_to_term_change, actor, change)
    require_state(change, ChangeState.PREPARING)
    last = change.history.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    results = Candidate.pgh_event_model.objects.filter(change=change.pk)  # type: ignore[attr-defined]
    if (
        last is None
        or last.state != ChangeState.SUBMITTED
        or results.filter(pgh_created_at__gt=last.pgh_created_at).exists()
    ):
        raise ActionError(_("经办的人已经在改，不能撤销。"), code="state")
    _check_days(change)
    return move(
        change,
        ChangeState.SUBMITTED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="term_change.return_undone",
        user=change.submitted_by,
        reason="",
        due_on=min(due_on(clock.today(), AGREE_WITHIN), change.eve),
    )


@transaction.atomic
def drop_term_change(change: TermChange, *, actor: Any) -> TermChange:
    """End the preparation: there is no change of term on this day. Raises ActionError `state`, NotAllowed."""
    change = locked_change(change)
    require(permissions.can_prepare_term_change, actor, change.organization)
    return move(change, ChangeState.DROPPED, table=CHANGE_TRANSITIONS, actor=actor, verb="term_change.dropped")


@transaction.atomic
def remind_of_term_changes(*, actor: Any = None) -> int:
    """Notify who submitted a result that nobody has agreed to, and the secretary, every day from a week before the day on.

    Returns how many changes there were. Safe to repeat on one day.
    """
    today = clock.today()
    rows = TermChange.objects.filter(state=ChangeState.SUBMITTED, starts__lte=today + REMIND_FROM)
    rows = rows.exclude(reminded_on=today).select_related("organization", "submitted_by").order_by("pk")
    found = list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True))
    for change in found:
        change.reminded_on = today
        change.save(update_fields=["reminded_on"])
        audit.record("term_change.reminded", change, actor=actor, fields=["reminded_on"])
        accounts = {change.submitted_by, *(person.user for person in secretaries_of(change.organization))}
        for account in sorted(filter(None, accounts), key=lambda one: one.pk):
            notify_account(account, "organizations/term_change_waiting", change)
    return len(found)


# ---- parts -----------------------------------------------------------------------------------------------------------
def _check_days(change: TermChange) -> None:
    if change.starts <= clock.today():
        raise ActionError(_("交接日期要在今天以后。"), code="dates", field="starts")


def _check_result(change: TermChange) -> None:
    today = clock.today()
    if not (change.met_on and change.place and change.present) or change.met_on > today:
        raise ActionError(_("先写会议的日期、地点和实到人数。"), code="meeting", field="met_on")
    if waiting := change.unanswered:
        names = "、".join(str(row.person) for row in waiting)
        raise ActionError(
            _("%(names)s 还没有答复愿不愿任职。等本人答复，或登记书面答复。") % {"names": names}, code="answers"
        )
    elected = list(change.candidates.filter(is_elected=True).select_related("person"))
    if not elected or sum(row.kind == Post.Kind.SECRETARY for row in elected) > 1:
        raise ActionError(_("至少有一人当选，秘书长只能有一位。"), code="elected")
    if gone := next((row for row in elected if not row.person.is_active), None):
        raise ActionError(_("%(person)s 已经退出名册。") % {"person": gone.person}, code="left")


def _new_term(change: TermChange) -> Term:
    """Return the new term; the one before it ends on the day."""
    organization = change.organization
    for term in organization.terms.filter(starts__lt=change.starts, ends__gt=change.starts):
        if term.duties.shares().filter(ends__gt=change.starts).exists():
            raise ActionError(_("上一届的轮值排到了交接以后，请先改轮值。"), code="planned")
        term.ends = change.starts
        term.save(update_fields=["ends"])
    new = Term(
        organization=organization,
        number=change.number,
        starts=change.starts,
        ends=change.ends,
        is_demo=change.is_demo,
    )
    validate(new)
    new.save(force_insert=True)
    return new


def _end_posts(change: TermChange, actor: Any) -> dict[str, str]:
    """Give the posts of the old term an end on the day; return key of each post → the end that it had, or ""."""
    elected = {(row.person_id, row.kind) for row in change.elected}
    old = change.old_posts()
    again = [post for post in old if (post.person_id, post.kind) in elected]
    others = [post for post in old if (post.person_id, post.kind) not in elected]
    quiet = {post.pk for post in again}
    ended = end_posts_on(others, change.starts, reason=_("换届"), actor=actor)
    return ended | end_posts_on(again, change.starts, reason=_("换届，连任"), actor=actor, quiet=quiet)


def _begin_posts(change: TermChange, actor: Any) -> None:
    for row in change.elected:
        row.post = posts.appoint(
            change.organization,
            person=lock(row.person),
            kind=row.kind,
            starts=change.starts,
            alone=row.kind == Post.Kind.SECRETARY,
            actor=actor,
            url=own_posts_url(),
        )
        row.save(update_fields=["post"])


def _restore_posts(change: TermChange, actor: Any) -> None:
    new = Post.objects.filter(candidacy__change=change)
    for post in new.select_related("person__user").order_by("pk"):
        notify_person(post.person, "organizations/term_change_withdrawn", post=post, change=change)
    posts.end_all(new, actor=actor, url=None)
    restore_ends(change.ended, actor=actor)
