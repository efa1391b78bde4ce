"""Permissions on proposals, their co-signers, referrals and public editions (domain.md rule 10)."""

import datetime as dt
from typing import Any

from chengyang import clock
from chengyang.platform.accounts.access import access_scope

from ..models import CoSigner, Proposal, ProposalEdition, Referral
from ..models.proposals import SIGNING
from ..states import (
    PROPOSAL_ANSWERED,
    PROPOSAL_EDITABLE,
    PROPOSAL_OPEN,
    PROPOSAL_WITH_OFFICE,
    EditionState,
    ProposalState,
    ReferralState,
)

SPLIT_WITHIN = dt.timedelta(days=30)  # after the answer to the other one: as long as a rating can be changed
COSIGNED_IN = (*PROPOSAL_EDITABLE, ProposalState.SUBMITTED)  # until the office has decided


def is_member(actor: Any) -> bool:
    """Return whether `actor` is a registered person, no administrator."""
    if not actor.is_authenticated or access_scope(actor).administrator:
        return False
    person = getattr(actor, "person", None)
    return person is not None and person.state == "active"


def can_propose(actor: Any, _proposal: Any = None) -> bool:
    """Registered persons propose."""
    return is_member(actor)


def can_take_proposal(actor: Any, _proposal: Any = None) -> bool:
    """District staff write down what somebody says on the telephone or brings on paper."""
    return access_scope(actor).district


# ---- the author and who signs with them -----------------------------------------------------------------------------
def can_edit_proposal(actor: Any, proposal: Proposal) -> bool:
    """Its author, before it is submitted and while it is returned."""
    return actor.pk == proposal.author_id and proposal.state in PROPOSAL_EDITABLE


def can_submit_proposal(actor: Any, proposal: Proposal) -> bool:
    """Its author, while they are registered."""
    return is_member(actor) and can_edit_proposal(actor, proposal)


def can_discard_proposal(actor: Any, proposal: Proposal) -> bool:
    """Its author deletes a draft that was never submitted."""
    return actor.pk == proposal.author_id and proposal.state == ProposalState.DRAFT and proposal.submitted_at is None


def can_withdraw_proposal(actor: Any, proposal: Proposal) -> bool:
    """Its author, once it was submitted, until it is answered; a merged one until the other one is."""
    return actor.pk == proposal.author_id and is_withdrawable(proposal)


def is_withdrawable(proposal: Proposal) -> bool:
    """Return whether `proposal` was submitted and waits for an answer, its own or that of the one into which it was merged."""
    if proposal.state == ProposalState.MERGED and proposal.merged_into is not None:
        return proposal.merged_into.state not in PROPOSAL_ANSWERED
    return proposal.submitted_at is not None and proposal.state in PROPOSAL_OPEN


def can_decide_openness(actor: Any, proposal: Proposal) -> bool:
    """Its author decides on its publication, at any time."""
    return actor.pk == proposal.author_id


def can_invite(actor: Any, proposal: Proposal) -> bool:
    """Its author gives others the link, as long as they can sign."""
    return actor.pk == proposal.author_id and proposal.state in COSIGNED_IN


def can_cosign(actor: Any, proposal: Proposal) -> bool:
    """Registered persons who have its link, but not its author, until the office has decided or the author has left."""
    if proposal.author is None or not is_member(proposal.author):
        return False
    return is_member(actor) and actor.pk != proposal.author_id and proposal.state in COSIGNED_IN


def can_decide_cosigning(actor: Any, cosigner: CoSigner) -> bool:
    """Who signs confirms, withdraws, and says whether the name is shown; nobody is asked."""
    return actor.pk == cosigner.user_id


def can_rate_answer(actor: Any, proposal: Proposal) -> bool:
    """Its author, once there is an answer; a rating is changed for 30 days."""
    until = proposal.rating_changeable_until
    is_over = until is not None and clock.now() > until
    return actor.pk == proposal.author_id and proposal.state in PROPOSAL_ANSWERED and not is_over


def can_split_proposal(actor: Any, proposal: Proposal) -> bool:
    """The author of a merged one asks to have it dealt with alone, until 30 days after the answer to the other one.

    The days count from the merging where that was later, so that nobody finds their proposal answered by a stranger's.
    """
    into = proposal.merged_into
    if into is None or proposal.state != ProposalState.MERGED or actor.pk != proposal.author_id:
        return False
    if into.state not in PROPOSAL_ANSWERED or into.answered_at is None:
        return True
    since = max(into.answered_at, proposal.reviewed_at or into.answered_at)
    return clock.now() <= since + SPLIT_WITHIN


# ---- the office -----------------------------------------------------------------------------------------------------
def is_officer_of(actor: Any, proposal: Proposal) -> bool:
    """Return whether `actor` is district staff and neither wrote nor signs `proposal`: nobody decides on their own."""
    if not access_scope(actor).district or actor.pk == proposal.author_id:
        return False
    return not CoSigner.objects.filter(proposal=proposal, user=actor, state__in=SIGNING).exists()


def can_review_proposal(actor: Any, proposal: Proposal) -> bool:
    """District staff, until it is forwarded."""
    return proposal.state in PROPOSAL_WITH_OFFICE and is_officer_of(actor, proposal)


def can_undo_review(actor: Any, proposal: Proposal) -> bool:
    """Whoever decided takes the decision back."""
    return actor.pk == proposal.reviewed_by_id and is_officer_of(actor, proposal)


def can_forward_proposal(actor: Any, proposal: Proposal) -> bool:
    """District staff, once it was accepted."""
    return proposal.state == ProposalState.REVIEWED and is_officer_of(actor, proposal)


def can_handle_referral(actor: Any, referral: Referral) -> bool:
    """District staff renew or end the link, recall an open referral, and record what was kept of the promises."""
    return is_officer_of(actor, referral.proposal)


def can_extend_referral(actor: Any, referral: Referral) -> bool:
    """District staff other than who forwarded it, once, while it waits for the answer."""
    is_open = referral.state == ReferralState.OPEN and not referral.extra_days
    return is_open and actor.pk != referral.forwarded_by_id and is_officer_of(actor, referral.proposal)


def can_edit_departments(actor: Any, _department: Any = None) -> bool:
    """District staff keep the list of departments."""
    return access_scope(actor).district


# ---- the public edition ---------------------------------------------------------------------------------------------
def can_clean_proposal(actor: Any, proposal: Proposal) -> bool:
    """District staff take personal data out of an answered one whose author agrees to its publication."""
    return proposal.is_answered and proposal.is_agreed_to and is_officer_of(actor, proposal)


def can_check_edition(actor: Any, edition: ProposalEdition) -> bool:
    """District staff other than who took the personal data out."""
    waits = edition.state == EditionState.CLEANED and edition.proposal.is_agreed_to
    return waits and actor.pk != edition.cleaned_by_id and is_officer_of(actor, edition.proposal)


def can_take_down(actor: Any, edition: ProposalEdition) -> bool:
    """Its author, and at once any district staff."""
    is_shown = edition.state == EditionState.PUBLISHED
    return is_shown and (actor.pk == edition.proposal.author_id or access_scope(actor).district)


def can_follow(actor: Any, _edition: ProposalEdition) -> bool:
    """Every signed-in account, except administrators."""
    return actor.is_authenticated and not access_scope(actor).administrator
