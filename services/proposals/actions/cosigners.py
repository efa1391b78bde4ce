"""附议: others sign a proposal with its author; each confirms its words, and withdraws at any time (domain.md rule 10)."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.files.models import File
from chengyang.platform.notices.actions import notify

from ...models import CoSigner, CoSignerState, Proposal
from ...models.proposals import SIGNING
from .. import permissions
from .openness import hide_if_named
from .steps import lock_proposal, notify_author, step

MOST_COSIGNERS = 20
TEXTS = ("title", "situation", "wish")  # who signs has confirmed these, and the files


def version_of(proposal: Proposal) -> str:
    """Return a digest of what a signature confirms, words and files; it stands in the form with which somebody signs."""
    rows = File.objects.filter(attached_to=Proposal._meta.label, attached_id=proposal.public_id)
    confirmed = [*(getattr(proposal, name) for name in TEXTS), *rows.order_by("pk").values_list("sha256", flat=True)]
    return hashlib.sha256(json.dumps(confirmed).encode()).hexdigest()[:32]


@transaction.atomic
def cosign_proposal(
    proposal: Proposal, *, actor: Any, shows_name: bool = False, version: str | None = None
) -> CoSigner:
    """Sign `proposal` with its author; `actor` got its link. Safe to repeat; also confirms changed words.

    `version` (`version_of`) is what `actor` has read. Raises NotAllowed, ActionError("changed") when it is another one by now,
    ("many") beyond twenty.
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_cosign, actor, proposal)
    row = proposal.cosigners.filter(user=actor).first()
    if row is not None and row.state == CoSignerState.CONFIRMED and row.shows_name == shows_name:
        return row
    if version is not None and version != version_of(proposal):
        text = _("你打开以后，内容或附件改过，还没有附议。请看现在的，同意再确认。")
        raise ActionError(text, code="changed")
    is_new = row is None or row.state == CoSignerState.WITHDRAWN
    if is_new and proposal.cosigners.filter(state__in=SIGNING).count() >= MOST_COSIGNERS:
        raise ActionError(_("附议的已经有 %(n)d 位，满了。") % {"n": MOST_COSIGNERS}, code="many")
    row = row or CoSigner(proposal=proposal, user=actor, is_demo=proposal.is_demo)
    row.state, row.shows_name, row.decided_at = CoSignerState.CONFIRMED, shows_name, clock.now()
    row.save()
    if is_new:
        step(proposal, _("多了一位附议的人"), by=actor)
    audit.record("proposal.cosigned", proposal, actor=actor, user=proposal.author)
    if is_new:
        notify_author(proposal, "services/proposal_cosigned")
    return row


@transaction.atomic
def withdraw_cosigning(cosigner: CoSigner, *, actor: Any) -> CoSigner:
    """Stop signing a proposal; nobody is asked, and a published edition shows the name no longer. Raises NotAllowed."""
    proposal = lock_proposal(cosigner.proposal)
    row: CoSigner = lock(cosigner)
    require(permissions.can_decide_cosigning, actor, row)
    return end_cosigning(proposal, row, actor=actor)


def end_cosigning(proposal: Proposal, row: CoSigner, *, actor: Any) -> CoSigner:
    """End the signature `row` (locked, after `proposal`). Safe to repeat."""
    if row.state == CoSignerState.WITHDRAWN:
        return row
    row.state, row.shows_name, row.decided_at = CoSignerState.WITHDRAWN, False, clock.now()
    row.save(update_fields=["state", "shows_name", "decided_at"])
    step(proposal, _("一位附议的人退出了"), by=actor)
    audit.record("proposal.cosigning_withdrawn", proposal, actor=actor, user=proposal.author)
    hide_if_named(proposal, actor=actor)
    notify_author(proposal, "services/proposal_cosigner_left")
    return row


@transaction.atomic
def show_cosigner(cosigner: CoSigner, *, actor: Any, shows_name: bool) -> CoSigner:
    """Say whether a public edition shows the own name. Raises NotAllowed, ActionError("state") after a withdrawal."""
    proposal = lock_proposal(cosigner.proposal)
    row: CoSigner = lock(cosigner)
    require(permissions.can_decide_cosigning, actor, row)
    if row.state == CoSignerState.WITHDRAWN:
        raise ActionError(_("你已经退出附议。"), code="state")
    row.shows_name = shows_name
    row.save(update_fields=["shows_name"])
    audit.record("proposal.cosigner_shown", proposal, actor=actor, user=actor)
    hide_if_named(proposal, actor=actor)
    return row


@transaction.atomic
def renew_invitation(proposal: Proposal, *, actor: Any) -> Proposal:
    """Make a new link for co-signers; the former one no longer opens. Raises NotAllowed."""
    proposal = lock_proposal(proposal)
    require(permissions.can_invite, actor, proposal)
    proposal.invitation += 1
    proposal.save(update_fields=["invitation"])
    audit.record("proposal.invitation_renewed", proposal, actor=actor, user=actor)
    return proposal


@transaction.atomic
def decide_joinable(proposal: Proposal, *, actor: Any, joinable: bool) -> Proposal:
    """Say whether those who write something similar find `proposal` and can sign it. Raises NotAllowed once nobody can sign."""
    proposal = lock_proposal(proposal)
    require(permissions.can_invite, actor, proposal)
    if proposal.joinable != joinable:
        proposal.joinable = joinable
        proposal.save(update_fields=["joinable"])
        audit.record("proposal.updated", proposal, actor=actor, user=actor, fields=["joinable"])
    return proposal


def ask_again(proposal: Proposal) -> None:
    """Ask those who sign `proposal` (locked) to confirm what has changed since they signed."""
    for row in proposal.cosigners.signing().select_related("user"):
        row.state, row.decided_at = CoSignerState.ASKED, clock.now()
        row.save(update_fields=["state", "decided_at"])
        notify(row.user, "services/proposal_changed", url=proposal.get_absolute_url(), proposal=proposal)
