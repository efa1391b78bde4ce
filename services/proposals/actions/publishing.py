"""公开: one officer takes personal data out, another one checks; who follows is notified; a withdrawn consent takes it down."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.workdays import deadlines

from ... import personal_traces
from ...models import Follower, Promise, Proposal, ProposalEdition, Referral
from ...models.referrals import PROMISE_LENGTH
from ...states import EDITION_TRANSITIONS, EditionState
from .. import due, permissions
from .openness import hidden_names, take_down_edition
from .steps import (
    lock_proposal,
    lock_with_proposal,
    notify_author,
    notify_followers,
    notify_office,
    notify_side,
    office_step,
)

CHECK_DAYS = 3  # working days for the second officer


def answer_of(proposal: Proposal) -> Referral | None:
    """Return the referral with the answer to `proposal`, None before there is one."""
    return proposal.referrals.answered().select_related("department").order_by("-answered_at").first()


@transaction.atomic
def clean_proposal(
    proposal: Proposal, *, actor: Any, promises: Mapping[str, str] | None = None, **texts: str
) -> ProposalEdition:
    """Write the public edition of `proposal`: `texts` (names in `ProposalEdition.EDITABLE_FIELDS`) without personal data.

    `promises` (public id → words) says how promises are published; those that are not in it keep their words.
    Another officer checks it. An edition that is published goes off until it is checked. Raises NotAllowed, ActionError("traces")
    with the field that still has a number or a name that is not to be shown, ("invalid").
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_clean_proposal, actor, proposal)
    referral = answer_of(proposal)
    if referral is None:
        raise ActionError(_("还没有答复。"), code="state")
    edition = ProposalEdition.objects.select_for_update(of=("self",), no_key=True).filter(proposal=proposal).first()
    is_new = edition is None
    edition = edition or ProposalEdition(proposal=proposal, is_demo=proposal.is_demo)
    assign(edition, texts, fields=ProposalEdition.EDITABLE_FIELDS)
    _require_clean(proposal, edition)
    _reword(proposal, promises or {})
    edition.topic, edition.department, edition.result = proposal.topic, referral.department, referral.result
    edition.answered_on = timezone.localdate(referral.answered_at)
    edition.working_days = due.used_days(referral)
    changes: dict[str, Any] = {
        "cleaned_by": actor,
        "cleaned_at": clock.now(),
        "checked_by": None,
        "checked_at": None,
        "reason": "",
        "due_on": deadlines.due_on(clock.today(), CHECK_DAYS),
    }
    for name, value in changes.items():
        setattr(edition, name, value)
    validate(edition, [*ProposalEdition.EDITABLE_FIELDS, "topic", "result"])
    if is_new:
        edition.save(force_insert=True)
        audit.record("proposal.cleaned", edition, actor=actor, user=proposal.author)
    else:
        copied = ("topic", "department", "result", "answered_on", "working_days", "search")
        edition.save(update_fields=[*ProposalEdition.EDITABLE_FIELDS, *copied])
        table = EDITION_TRANSITIONS
        move(edition, EditionState.CLEANED, table=table, actor=actor, verb="proposal.cleaned", **changes)
    notify_office(proposal, "services/proposal_to_check", but=actor)
    return edition


def _require_clean(proposal, edition):
    names = hidden_names(proposal)
    for field in ProposalEdition.EDITABLE_FIELDS:
        if found := personal_traces.found_in(getattr(edition, field), names):
            message = _("还有个人信息：%(what)s。请去掉再交。") % {"what": "、".join(found)}
            raise ActionError(message, code="traces", field=field)


def _require_clean_promise(row, text, names):
    if found := personal_traces.found_in(text, names):
        message = _("答应的事里还有个人信息：%(what)s。请改写再交。") % {"what": "、".join(found)}
        raise ActionError(message, code="traces", field=f"promise_{row.public_id}")


def _reword(proposal, words):
    """Store the public `words` of promises; a changed one is published again with the edition only."""
    names = hidden_names(proposal)
    for row in Promise.objects.filter(referral__proposal=proposal):
        text = words.get(row.public_id, "").strip() or row.shown_what
        _require_clean_promise(row, text, names)
        if len(text) > PROMISE_LENGTH:
            message = _("最多 %(n)d 个字。") % {"n": PROMISE_LENGTH}
            raise ActionError(message, code="too_long", field=f"promise_{row.public_id}")
        if text != row.shown_what:
            row.public_what, row.is_public = text if text != row.what else "", False
            row.save(update_fields=["public_what", "is_public"])


@transaction.atomic
def publish_proposal(edition: ProposalEdition, *, actor: Any) -> ProposalEdition:
    """Publish `edition` as the second officer; the author, who signs with them, and who followed it before are notified.

    Raises NotAllowed, also for the officer who took the data out and without the author's consent, ActionError("traces"),
    ("state").
    """
    proposal, edition = lock_with_proposal(edition)
    require(permissions.can_check_edition, actor, edition)
    _require_clean(proposal, edition)
    for row in Promise.objects.filter(referral__proposal=proposal):
        _require_clean_promise(row, row.shown_what, hidden_names(proposal))
    changes: dict[str, Any] = {
        "checked_by": actor,
        "checked_at": clock.now(),
        "published_at": clock.now(),
        "down_at": None,
        "due_on": None,
    }
    move(
        edition,
        EditionState.PUBLISHED,
        table=EDITION_TRANSITIONS,
        actor=actor,
        verb="proposal.published",
        user=proposal.author,
        **changes,
    )
    Promise.objects.filter(referral__proposal=proposal).update(is_public=True)
    office_step(proposal, _("公开发布，个人信息由两个人先后核过"), by=actor)
    readers = notify_side(proposal, "services/proposal_published", edition=edition)
    notify_followers(edition, _("公开发布"), but=readers)
    return edition


@transaction.atomic
def return_edition(edition: ProposalEdition, *, actor: Any, reason: str) -> ProposalEdition:
    """Send `edition` back to be cleaned again, as the second officer. Raises NotAllowed, ActionError("reason"), ("state")."""
    proposal, edition = lock_with_proposal(edition)
    require(permissions.can_check_edition, actor, edition)
    reason = required_reason(reason, missing=_("请写还有什么要去掉。"))
    changes: dict[str, Any] = {"reason": reason, "checked_by": actor, "checked_at": clock.now(), "due_on": None}
    table = EDITION_TRANSITIONS
    move(edition, EditionState.RETURNED, table=table, actor=actor, verb="proposal.edition_returned", **changes)
    notify_office(proposal, "services/proposal_to_publish", but=actor, reason=reason)
    return edition


@transaction.atomic
def take_down(edition: ProposalEdition, *, actor: Any, reason: str) -> ProposalEdition:
    """Take `edition` down at once, as its author or as district staff; the author reads `reason`.

    Raises NotAllowed, ActionError("reason").
    """
    proposal, edition = lock_with_proposal(edition)
    require(permissions.can_take_down, actor, edition)
    take_down_edition(proposal, actor=actor, reason=required_reason(reason))
    if actor != proposal.author:
        notify_author(proposal, "services/proposal_taken_down", reason=reason)
    edition.refresh_from_db()
    return edition


# ---- followers ------------------------------------------------------------------------------------------------------
@transaction.atomic
def follow_proposal(edition: ProposalEdition, *, actor: Any) -> Follower:
    """Let `actor` be notified of news of `edition`. Safe to repeat. Raises NotAllowed, ActionError("state") once it is down."""
    edition = lock(edition)
    require(permissions.can_follow, actor, edition)
    if edition.state != EditionState.PUBLISHED:
        raise ActionError(_("这件已经不公开。"), code="state")
    row, is_new = Follower.objects.get_or_create(edition=edition, user=actor, defaults={"is_demo": bool(actor.is_demo)})
    if is_new:
        audit.record("proposal.follower_added", edition, actor=actor, user=actor)
    return row


@transaction.atomic
def unfollow_proposal(edition: ProposalEdition, *, actor: Any) -> None:
    """Notify `actor` no longer of `edition`. Safe to repeat."""
    if Follower.objects.filter(edition=edition, user=actor).delete()[0]:
        audit.record("proposal.follower_removed", edition, actor=actor, user=actor)
