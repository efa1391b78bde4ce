"""答复: a department answers with its link; the author rates; what was promised is kept, moved or given up, each with its day."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.lib.chinese import dates
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move

from ... import personal_traces
from ...models import AnswerCorrection, Promise, PromiseState, Proposal, ProposalEdition, Referral, ReferralLink, Result
from ...models.referrals import ANSWER_LENGTH, NOTE_LENGTH, PROMISE_LENGTH
from ...states import PROPOSAL_TRANSITIONS, EditionState, ProposalState, ReferralState
from .. import due, permissions
from .drafts import attach
from .openness import hidden_names, return_published
from .referrals import end_links, end_links_of, locked_by
from .steps import (
    lock_proposal,
    lock_with_proposal,
    notify_author,
    notify_followers,
    notify_office,
    notify_side,
    office_step,
    step,
)

MOST_PROMISES = 10  # of one answer
Promised = tuple[str, dt.date]  # what is promised, and the day before which


@transaction.atomic
def answer_by_link(
    link: ReferralLink, *, answer: str, result: str, promises: Iterable[Promised] = (), uploads: Iterable[Any] = ()
) -> Referral:
    """Answer a proposal as its department, with what it promises; the link ends, author and office are notified.

    The office reads that it prepares the publication, or that there is none.

    Raises ActionError("link") for a link that has ended, ("state") when it was answered or recalled meanwhile, ("answer"),
    ("result"), ("promise") for one without words, in the past, or with a personal number, and as `attach`.
    """
    proposal, referral, _link = locked_by(link)
    if referral.state != ReferralState.OPEN:
        raise ActionError(_("这件已经答复过，或者办公室已经收回。"), code="state")
    answer = required_answer(answer, result)
    referral.state, referral.answer, referral.result = ReferralState.ANSWERED, answer, result
    referral.answered_at = clock.now()
    referral.save(update_fields=["state", "answer", "result", "answered_at"])
    for what, due_on in promises:
        new_promise(referral, what, due_on)
    attach(referral, uploads, owner=None)
    changes: dict[str, Any] = {"due_on": None, "answered_at": referral.answered_at}
    move(
        proposal,
        ProposalState.ANSWERED,
        table=PROPOSAL_TRANSITIONS,
        actor=None,
        verb="proposal.answered",
        user=proposal.author,
        **changes,
    )
    end_links(referral)
    words = {"result": referral.get_result_display(), "n": due.used_days(referral)}
    step(proposal, _("答复：%(result)s，用了 %(n)d 个工作日") % words, unit=referral.department)
    notify_side(proposal, "services/proposal_answered", referral=referral)
    if proposal.is_agreed_to:
        notify_office(proposal, "services/proposal_to_publish", referral=referral)
    else:
        notify_office(proposal, "services/proposal_answer_arrived", referral=referral)
    return referral


def required_answer(answer: str, result: str) -> str:
    """Return `answer` without blanks around it. Raises ActionError("answer"), ("result") for one that a department cannot give."""
    answer = answer.strip()
    if not answer or len(answer) > ANSWER_LENGTH:
        raise ActionError(_("请写答复，最多 %(n)d 个字。") % {"n": ANSWER_LENGTH}, code="answer", field="answer")
    if result not in Result.values:
        raise ActionError(_("请选采不采用。"), code="result", field="result")
    return answer


@transaction.atomic
def rate_answer(proposal: Proposal, *, actor: Any, rating: int, words: str = "") -> Proposal:
    """Say whether the answer satisfies (3, 2 or 1), and a sentence; it can be changed for 30 days.

    Raises NotAllowed, also before there is an answer and after the 30 days, ActionError("rating"), ("too_long").
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_rate_answer, actor, proposal)
    if rating not in (1, 2, 3):
        raise ActionError(_("请选一个。"), code="rating", field="rating")
    if len(words := words.strip()) > 200:
        raise ActionError(_("最多 %(n)d 个字。") % {"n": 200}, code="too_long", field="words")
    is_first = proposal.rated_at is None
    if not is_first and (proposal.rating, proposal.rating_words) == (rating, words):
        return proposal
    proposal.rating, proposal.rating_words = rating, words
    proposal.rated_at = proposal.rated_at or clock.now()
    proposal.save(update_fields=["rating", "rating_words", "rated_at"])
    audit.record("proposal.rated", proposal, actor=actor, user=actor, fields=["rating", "rating_words"])
    text = _("作者评价：%(what)s") if is_first else _("作者改了评价：%(what)s")
    step(proposal, text % {"what": proposal.get_rating_display()}, by=actor)
    close_if_done(proposal)
    return proposal


# ---- what was promised ----------------------------------------------------------------------------------------------
def new_promise(referral: Referral, what: str, due_on: dt.date | None) -> Promise:
    """Store that the department of `referral` (locked) promises `what` by `due_on`. Raises ActionError("promise"), ("traces")."""
    what = what.strip()
    if not what or due_on is None or due_on < clock.today():
        raise ActionError(_("答应的事，每件写清做什么、今天以后的哪一天。"), code="promise", field="promises")
    _require_public_words(what, referral.proposal, "promises")
    if referral.promises.count() >= MOST_PROMISES:
        raise ActionError(_("最多写 %(n)d 件。") % {"n": MOST_PROMISES}, code="promise", field="promises")
    row: Promise = referral.promises.create(
        what=what[:PROMISE_LENGTH], due_on=due_on, first_due_on=due_on, is_demo=referral.is_demo
    )
    return row


def _require_public_words(text, proposal, field):
    """Raise ActionError("traces") for a number, and for a name that is not to be shown, in what will be published."""
    if found := personal_traces.found_in(text, hidden_names(proposal)):
        message = _("这一句会公开，请去掉 %(what)s。") % {"what": "、".join(found)}
        raise ActionError(message, code="traces", field=field)


@transaction.atomic
def add_promise(referral: Referral, *, actor: Any, what: str, due_on: dt.date) -> Promise:
    """Write down as an officer what the answer of `referral` promises; a closed proposal is followed again.

    Raises NotAllowed, ActionError("state") before there is an answer, ("promise"), ("traces").
    """
    proposal, referral = lock_with_proposal(referral)
    require(permissions.can_handle_referral, actor, referral)
    if referral.state != ReferralState.ANSWERED:
        raise ActionError(_("有了答复，才记答应的事。"), code="state")
    row = new_promise(referral, what, due_on)
    follow_again(proposal, actor=actor)
    office_step(
        proposal, _("记下答应的事：%(what)s，%(day)s前") % {"what": row.what, "day": dates.day(due_on)}, by=actor
    )
    audit.record("proposal.promise_added", proposal, actor=actor, user=proposal.author)
    if ProposalEdition.objects.filter(proposal=proposal, state=EditionState.CLEANED).exists():
        # The first officer has not seen it: two officers read whatever is published.
        return_published(proposal, actor=actor, reason=str(_("又记下一件答应的事，要再核一遍")))
    return row


def follow_again(proposal: Proposal, *, actor: Any) -> None:
    """Bring a closed `proposal` (locked) back to the answered ones, because something of it is open again."""
    if proposal.state != ProposalState.CLOSED:
        return
    changes: dict[str, Any] = {"closed_at": None}
    table, verb = PROPOSAL_TRANSITIONS, "proposal.followed"
    move(proposal, ProposalState.ANSWERED, table=table, actor=actor, verb=verb, user=proposal.author, **changes)


def promise_locked(promise: Promise, *, actor: Any, link: ReferralLink | None) -> tuple[Proposal, Promise, Any]:
    """Return the proposal and `promise`, locked, and the unit that acts: the department by its `link`, or an officer.

    Raises NotAllowed, ActionError("link").
    """
    if link is not None:
        proposal, referral, _link = locked_by(link)
        row = lock(promise)
        if row.referral_id != referral.pk:
            raise ActionError(_("这件事不在你们的答复里。"), code="link")
        unit: Any = referral.department
    else:
        proposal = lock_proposal(promise.referral.proposal)
        row = lock(promise)
        require(permissions.can_handle_referral, actor, row.referral)
        unit = ""
    if row.state != PromiseState.OPEN:
        raise ActionError(_("这件事已经有了结果。"), code="state")
    return proposal, row, unit


@transaction.atomic
def keep_promise(
    promise: Promise,
    *,
    actor: Any = None,
    link: ReferralLink | None = None,
    note: str,
    done_on: dt.date | None = None,
) -> Promise:
    """Record that a promise was kept on `done_on` (default: today), as the department by its `link` or as an officer.

    Raises NotAllowed, ActionError("link"), ("state"), ("reason") without a `note`, ("too_long") beyond 200 characters, ("day")
    for a coming day, or one before the proposal was forwarded.
    """
    proposal, row, unit = promise_locked(promise, actor=actor, link=link)
    day = done_on or clock.today()
    if not timezone.localdate(row.referral.forwarded_at) <= day <= clock.today():
        raise ActionError(_("做到的日子在转办以后、今天以前。"), code="day", field="done_on")
    row.note = required_reason(note, missing=_("请写做到了什么。"))
    if len(row.note) > NOTE_LENGTH:
        raise ActionError(_("最多 %(n)d 个字。") % {"n": NOTE_LENGTH}, code="too_long", field="reason")
    row.state, row.done_on = PromiseState.DONE, day
    row.save(update_fields=["state", "done_on", "note"])
    _notify_progress(proposal, row, _("做到了：%(what)s"), "proposal.promise_kept", actor, unit, why=row.note)
    close_if_done(proposal)
    return row


@transaction.atomic
def move_promise(
    promise: Promise, *, actor: Any = None, link: ReferralLink | None = None, due_on: dt.date, reason: str
) -> Promise:
    """Give a promise another day, with the reason why it was not kept, which the side of the author reads.

    Who follows the public edition learns the day without the reason, which was not checked for the public.
    Raises NotAllowed, ActionError("link"), ("state"), ("reason"), ("day") for a day that is over.
    """
    proposal, row, unit = promise_locked(promise, actor=actor, link=link)
    if due_on < clock.today() or due_on == row.due_on:
        raise ActionError(_("请选今天以后的另一天。"), code="day", field="due_on")
    row.move_reason = required_reason(reason, missing=_("请写为什么改日子。"))
    row.due_on, row.reminded_on = due_on, None
    row.save(update_fields=["due_on", "move_reason", "reminded_on"])
    text, words = _("“%(what)s”改到 %(day)s"), {"day": dates.day(due_on), "why": row.move_reason}
    _notify_progress(proposal, row, text, "proposal.promise_moved", actor, unit, **words)
    return row


@transaction.atomic
def drop_promise(promise: Promise, *, actor: Any = None, link: ReferralLink | None = None, reason: str) -> Promise:
    """Record that a promise cannot be kept, with the reason. Raises NotAllowed, ActionError("link"), ("state"), ("reason")."""
    proposal, row, unit = promise_locked(promise, actor=actor, link=link)
    row.reason = required_reason(reason, missing=_("请写为什么做不到。"))
    row.state = PromiseState.DROPPED
    row.save(update_fields=["state", "reason"])
    _notify_progress(proposal, row, _("做不到：%(what)s"), "proposal.promise_dropped", actor, unit, why=row.reason)
    close_if_done(proposal)
    return row


@transaction.atomic
def reopen_promise(promise: Promise, *, actor: Any, reason: str) -> Promise:
    """Take back as an officer that a promise was kept or given up: it is open again, and the side of the author reads why.

    What was written about the former result stays in the steps only; why the day is another one also stays with the row.

    Raises NotAllowed, ActionError("state") for an open one, ("reason").
    """
    proposal = lock_proposal(promise.referral.proposal)
    row: Promise = lock(promise)
    require(permissions.can_handle_referral, actor, row.referral)
    if row.state == PromiseState.OPEN:
        raise ActionError(_("这件事还在做，不用撤销。"), code="state")
    row.reason = required_reason(reason, missing=_("请写为什么撤销。"))
    row.state, row.done_on, row.note, row.reminded_on = PromiseState.OPEN, None, "", None
    row.save(update_fields=["state", "done_on", "note", "reason", "reminded_on"])
    follow_again(proposal, actor=actor)
    text, verb = _("还在做，前面记的撤销：%(what)s"), "proposal.promise_reopened"
    _notify_progress(proposal, row, text, verb, actor, "", why=row.reason)
    return row


def _notify_progress(proposal, row, news, verb, actor, unit, *, why, **words):
    """Write and send `news`, a sentence about `what`, and `why`; who follows the public edition reads the public words only.

    The steps keep each reason, also after another one has been given.
    """
    text = news % {"what": row.what, **words}
    sentence = _("%(news)s。%(why)s") % {"news": text, "why": why}
    if unit:
        step(proposal, sentence, unit=unit)
    else:
        office_step(proposal, sentence, by=actor)
    audit.record(verb, proposal, actor=actor, user=proposal.author)
    readers = notify_side(proposal, "services/proposal_progress", news=sentence)
    edition = ProposalEdition.objects.published().filter(proposal=proposal).first()
    if edition is not None and row.is_public:
        notify_followers(edition, news % {"what": row.shown_what, **words}, but=readers)


# ---- the end --------------------------------------------------------------------------------------------------------
def close_if_done(proposal: Proposal, *, unrated: bool = False) -> bool:
    """Close `proposal` (locked) once nothing that was promised is open and its author has rated, or `unrated` is allowed.

    The links of its departments end with it.
    """
    waits = (
        Promise.objects.filter(referral__proposal=proposal, state=PromiseState.OPEN).exists()
        or AnswerCorrection.objects.waiting().filter(referral__proposal=proposal).exists()
    )
    if proposal.state != ProposalState.ANSWERED or waits or not (proposal.rated_at or unrated):
        return False
    changes: dict[str, Any] = {"closed_at": clock.now()}
    move(
        proposal,
        ProposalState.CLOSED,
        table=PROPOSAL_TRANSITIONS,
        actor=None,
        verb="proposal.closed",
        user=proposal.author,
        **changes,
    )
    end_links_of(proposal)
    step(proposal, _("办结"))
    notify_author(proposal, "services/proposal_closed")
    return True
