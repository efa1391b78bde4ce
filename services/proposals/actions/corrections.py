"""更正答复: the office lets a department correct its answer; the former one stays, shown as replaced (domain.md rule 10)."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.files import actions as files

from ...models import AnswerCorrection, Referral, ReferralLink
from ...states import ReferralState
from .. import permissions
from .answers import Promised, close_if_done, follow_again, new_promise, required_answer
from .drafts import attach
from .openness import return_published
from .referrals import end_links, locked_by, send_link
from .steps import lock_with_proposal, notify_office, notify_side, office_step, step


@transaction.atomic
def reopen_answer(referral: Referral, *, actor: Any, reason: str) -> AnswerCorrection:
    """Let the department of `referral` correct its answer, with a new link; author and co-signers read `reason`.

    The present answer stands until there is another one. Safe to repeat while it waits. Raises NotAllowed,
    ActionError("state") without an answer, ("reason"), ("too_long").
    """
    proposal, referral = lock_with_proposal(referral)
    require(permissions.can_handle_referral, actor, referral)
    if referral.state != ReferralState.ANSWERED:
        raise ActionError(_("有了答复，才能请单位更正。"), code="state")
    if waiting := referral.corrections.waiting().first():
        return waiting
    reason = required_reason(reason, missing=_("请写哪里要更正，单位和作者都会看到。"))
    row: AnswerCorrection = referral.corrections.create(reason=reason, asked_by=actor, is_demo=referral.is_demo)
    send_link(referral, actor=actor)
    words = {"unit": referral.department, "reason": reason}
    office_step(proposal, _("请%(unit)s更正答复：%(reason)s") % words, by=actor)
    audit.record("proposal.answer_reopened", proposal, actor=actor, user=proposal.author)
    notify_side(proposal, "services/proposal_answer_reopened", referral=referral, reason=reason)
    return row


@transaction.atomic
def cancel_correction(referral: Referral, *, actor: Any) -> Referral:
    """Take the request for a correction back; the link ends and the answer stays. Raises NotAllowed, ActionError("state").

    A proposal of which nothing else is open is closed with it.
    """
    proposal, referral = lock_with_proposal(referral)
    require(permissions.can_handle_referral, actor, referral)
    waiting = referral.corrections.waiting()
    if not waiting.exists():
        raise ActionError(_("没有在等的更正。"), code="state")
    history.delete_with_history(waiting)
    end_links(referral)
    office_step(proposal, _("不用更正答复了"), by=actor)
    audit.record("proposal.correction_cancelled", proposal, actor=actor, user=proposal.author)
    close_if_done(proposal)
    return referral


@transaction.atomic
def correct_answer(
    link: ReferralLink,
    *,
    answer: str,
    result: str,
    promises: Iterable[Promised] = (),
    uploads: Iterable[Any] = (),
    dropped: Collection[str] = (),
) -> Referral:
    """Replace the answer as its department, which the office asked for it; the former one is kept, as replaced.

    With `uploads` the files of the former one are kept with it; without, they stay those of the answer, except those whose
    public ids are `dropped`.
    The day of the answer stays the first one, which counts for the time limit. A public edition goes back to the two officers, and
    the author rates anew. Raises ActionError("link"), ("state") when nobody asked for it, ("same"), and as `answer_by_link`.
    """
    proposal, referral, _link = locked_by(link)
    row = referral.corrections.waiting().select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise ActionError(_("办公室没有请你们更正，或者已经更正过。"), code="state")
    answer, promises, uploads = required_answer(answer, result), list(promises), list(uploads)
    moved = files.move_attached(referral, row, only=None if uploads else dropped)
    if (answer, result) == (referral.answer, referral.result) and not promises and not uploads and not moved:
        raise ActionError(_("和原来的一样，请改了再送。"), code="same", field="answer")
    row.answer, row.result, row.corrected_at = referral.answer, referral.result, clock.now()
    row.save(update_fields=["answer", "result", "corrected_at"])
    referral.answer, referral.result = answer, result
    referral.save(update_fields=["answer", "result"])
    for what, due_on in promises:
        new_promise(referral, what, due_on)
    attach(referral, uploads, owner=None)
    end_links(referral)
    _rate_anew(proposal)
    step(proposal, _("更正了答复：%(result)s") % {"result": referral.get_result_display()}, unit=referral.department)
    audit.record("proposal.answer_corrected", proposal, actor=None, user=proposal.author)
    notify_side(proposal, "services/proposal_answer_corrected", referral=referral)
    notify_office(proposal, "services/proposal_answer_corrected", referral=referral)
    return_published(proposal, actor=None, reason=str(_("答复更正了，要再核一遍")))
    return referral


def _rate_anew(proposal):
    """Let the author of `proposal` (locked) rate the corrected answer, also after the days of the first rating."""
    follow_again(proposal, actor=None)
    proposal.rating, proposal.rating_words, proposal.rated_at = None, "", None
    proposal.save(update_fields=["rating", "rating_words", "rated_at"])
