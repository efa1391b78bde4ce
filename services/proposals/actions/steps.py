"""The steps of a proposal, and who is notified of them; `lock_proposal` is the first thing that every action on one does."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from chengyang import clock
from chengyang.platform.accounts.models import Role, User
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify, notify_many

from ...actions.handling import staff_of
from ...models import OFFICE, Follower, Proposal, ProposalEdition, ProposalStep

AUTHOR = ""  # unit of a step that the author or a co-signer took, and of those of the portal itself


def lock_proposal(proposal: Proposal) -> Proposal:
    """Return `proposal` locked until the transaction ends; referrals, promises and editions are locked after it."""
    locked: Proposal = lock(proposal)
    return locked


def lock_with_proposal(row: Any) -> tuple[Proposal, Any]:
    """Return the proposal of `row` (a referral or an edition) and `row`, locked in this order; the second has the first."""
    proposal, locked = lock_proposal(row.proposal), lock(row)
    locked.proposal = proposal
    return proposal, locked


def step(proposal: Proposal, text: Any, *, by: Any = None, unit: Any = AUTHOR) -> ProposalStep:
    """Add one line that says what was done on `proposal`; its author and its officers read the same line."""
    return proposal.steps.create(text=str(text), by=by, unit=str(unit), at=clock.now(), is_demo=proposal.is_demo)


def office_step(proposal: Proposal, text: Any, *, by: Any) -> ProposalStep:
    """Add a line about what the office did."""
    return step(proposal, text, by=by, unit=OFFICE)


def signing(proposal: Proposal) -> list[User]:
    """Return the accounts that sign `proposal`, without its author."""
    return [row.user for row in proposal.cosigners.signing().select_related("user")]


def notify_author(proposal: Proposal, template: str, **context: Any) -> None:
    """Notify the author of `proposal`, if it is not erased."""
    if proposal.author:
        notify(proposal.author, template, url=proposal.get_absolute_url(), proposal=proposal, **context)


def notify_side(proposal: Proposal, template: str, **context: Any) -> set[User]:
    """Notify the author of `proposal`, those who sign it, and the authors of those that were merged into it; return all of them.

    The template says `signs` to the second and `merged` to the third: what is theirs, and what they can do, is not the same.
    """
    notify_author(proposal, template, **context)
    signers = signing(proposal)
    for user in signers:
        notify(user, template, url=proposal.get_absolute_url(), proposal=proposal, signs=True, **context)
    merged = list(proposal.merged.filter(state="merged").select_related("author"))
    for other in merged:
        notify_author(other, template, merged=True, **context)
    return {user for user in (proposal.author, *signers, *(other.author for other in merged)) if user is not None}


def notify_office(proposal: Proposal, template: str, *, but: Any = None, **context: Any) -> None:
    """Notify district staff, except `but` and the author of `proposal`."""
    for user in staff_of(Role.Kind.DISTRICT):
        if user not in (but, proposal.author):
            notify(user, template, url=proposal.get_absolute_url(), proposal=proposal, **context)


def notify_followers(edition: ProposalEdition, news: str, *, but: Collection[User] = ()) -> None:
    """Notify those who follow `edition` that there is `news`, one sentence, except those who learnt it in another way (`but`)."""
    rows: QuerySet[Follower] = edition.followers.exclude(user__in=but).select_related("user").order_by("pk")
    url = edition.get_absolute_url()
    notices = [(row.user, url, {"edition": edition, "news": str(news)}) for row in rows]
    notify_many(notices, "services/proposal_news", same=[news] * len(notices))
