"""审核: an officer accepts a proposal, returns it with advice, declines it with a reason, or merges it with a similar one."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import move, step_back

from ...models import Proposal
from ...models.proposals import SIGNING
from ...states import PROPOSAL_TRANSITIONS, ProposalState
from .. import permissions
from ..due import review_due
from .drafts import release_merged
from .steps import lock_proposal, notify_author, notify_office, notify_side, office_step, step

MERGES_INTO = (
    *(ProposalState.SUBMITTED, ProposalState.REVIEWED, ProposalState.FORWARDED),
    *(ProposalState.ANSWERED, ProposalState.CLOSED),
)


@transaction.atomic
def record_reading(proposal: Proposal, *, actor: Any) -> None:
    """Record in the audit that an officer opened `proposal`; its author sees it on 我的数据 (requirements P10)."""
    signs = proposal.cosigners.filter(user=actor, state__in=SIGNING).exists()
    if proposal.author and proposal.author != actor and not signs:
        audit.record("proposal.read", proposal, actor=actor, user=proposal.author)


@transaction.atomic
def accept_proposal(proposal: Proposal, *, actor: Any) -> Proposal:
    """Accept `proposal` to be forwarded. Raises NotAllowed, ActionError("state") when another officer was faster."""
    proposal = lock_proposal(proposal)
    require(permissions.can_review_proposal, actor, proposal)
    _review(proposal, ProposalState.REVIEWED, "proposal.accepted", actor=actor)
    office_step(proposal, _("审核通过，准备转给能办的单位"), by=actor)
    notify_author(proposal, "services/proposal_accepted")
    return proposal


@transaction.atomic
def return_proposal(proposal: Proposal, *, actor: Any, advice: str) -> Proposal:
    """Return `proposal` with `advice`, which its author reads; they change and submit it again, or leave it.

    Raises NotAllowed, ActionError("reason"), ("too_long"), ("state").
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_review_proposal, actor, proposal)
    advice = required_reason(advice, missing=_("请写怎么改，本人会看到原文。"))
    _review(proposal, ProposalState.RETURNED, "proposal.returned", actor=actor, advice=advice, due_on=None)
    office_step(proposal, _("退回修改：%(advice)s") % {"advice": advice}, by=actor)
    notify_author(proposal, "services/proposal_returned")
    return proposal


@transaction.atomic
def decline_proposal(proposal: Proposal, *, actor: Any, reason: str) -> Proposal:
    """Decline `proposal` with a `reason`, which its author and co-signers read. Raises as `return_proposal`.

    Those that were merged into it are reviewed on their own.
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_review_proposal, actor, proposal)
    reason = required_reason(reason)
    _review(proposal, ProposalState.DECLINED, "proposal.declined", actor=actor, advice=reason, due_on=None)
    office_step(proposal, _("不予转办：%(reason)s") % {"reason": reason}, by=actor)
    release_merged(proposal)
    notify_side(proposal, "services/proposal_declined")
    return proposal


@transaction.atomic
def merge_proposal(proposal: Proposal, *, actor: Any, into: Proposal) -> Proposal:
    """Deal with `proposal` together with the similar one `into`; its author follows that one and can ask to have it apart.

    Raises NotAllowed, ActionError("into") for itself, one that is merged, declined, returned or withdrawn, or one with
    others merged into it, ("state").
    """
    first, second = sorted((proposal, into), key=lambda row: row.pk)  # two officers lock them in the same order
    locked = {row.pk: row for row in (lock_proposal(first), lock_proposal(second))}
    proposal, into = locked[proposal.pk], locked[into.pk]
    require(permissions.can_review_proposal, actor, proposal)
    if into.pk == proposal.pk or into.state not in MERGES_INTO:
        raise ActionError(_("请选另一件还在办或已答复的。"), code="into", field="into")
    if proposal.merged.filter(state=ProposalState.MERGED).exists():
        raise ActionError(_("已经有别的并入了这一件，请反过来并。"), code="into", field="into")
    changes: dict[str, Any] = {"merged_into": into, "due_on": None}
    _review(proposal, ProposalState.MERGED, "proposal.merged", actor=actor, **changes)
    words = {"number": into.number, "title": into.title}
    office_step(proposal, _("与 %(number)s 相近，并在一起办") % words, by=actor)
    office_step(into, _("并入相近的一件 %(number)s") % {"number": proposal.number}, by=actor)
    notify_author(proposal, "services/proposal_merged", into=into)
    notify_author(into, "services/proposal_joined", other=proposal)
    return proposal


def _review(proposal, state, verb, *, actor, **changes):
    changes = {"reviewed_by": actor, "reviewed_at": clock.now(), **changes}
    move(proposal, state, table=PROPOSAL_TRANSITIONS, actor=actor, verb=verb, user=proposal.author, **changes)


@transaction.atomic
def undo_review(proposal: Proposal, *, actor: Any) -> Proposal:
    """Take one's own decision back, on which nobody has acted since. Raises NotAllowed, ActionError("state").

    The author is notified, and whoever had learnt that it was declined.
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_undo_review, actor, proposal)
    # Only what the decision wrote is taken back: words that the author has changed since a return stay as they are now.
    into = proposal.merged_into
    left = step_back(
        proposal,
        (ProposalState.REVIEWED, ProposalState.RETURNED, ProposalState.DECLINED, ProposalState.MERGED),
        ("reviewed_by", "reviewed_at", "advice", "due_on", "merged_into"),
        decided=("reviewed_at",),
        actor=actor,
        verb="proposal.review_undone",
        user=proposal.author,
    )
    office_step(proposal, _("撤销了上一步的审核决定，重新审核"), by=actor)
    _step_apart(into, proposal)
    notify_readers = notify_side if left == ProposalState.DECLINED else notify_author
    notify_readers(proposal, "services/proposal_review_undone")
    return proposal


@transaction.atomic
def split_proposal(proposal: Proposal, *, actor: Any, reason: str) -> Proposal:
    """Ask as the author of a merged one to have it dealt with alone; the office reviews it anew.

    Raises NotAllowed, also 30 days after the answer to the other one, ActionError("reason").
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_split_proposal, actor, proposal)
    reason = required_reason(reason, missing=_("请写哪里不一样。"))
    into = proposal.merged_into
    changes: dict[str, Any] = {"merged_into": None, "due_on": review_due()}
    move(proposal, ProposalState.SUBMITTED, table=PROPOSAL_TRANSITIONS, actor=actor, verb="proposal.split", **changes)
    step(proposal, _("作者请分开办：%(reason)s") % {"reason": reason}, by=actor)
    _step_apart(into, proposal)
    notify_office(proposal, "services/proposal_waiting")
    return proposal


def _step_apart(into, proposal):
    """Write on the proposal `into`, if any, that `proposal` is no longer dealt with together with it."""
    if into is not None:
        step(into, _("不再与 %(number)s 并在一起办") % {"number": proposal.number})
