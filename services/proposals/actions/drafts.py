"""建言: written as a draft, signed by others who each confirm, submitted, taken back (domain.md rule 10)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.files import actions as files
from chengyang.platform.files.models import File
from chengyang.platform.notices.actions import notify

from ...actions.threads import FILE_TYPES
from ...models import CoSigner, Proposal
from ...states import PROPOSAL_TRANSITIONS, ProposalState, ReferralState
from .. import permissions
from ..due import review_due
from . import referrals
from .cosigners import TEXTS, ask_again
from .steps import lock_proposal, notify_author, notify_office, signing, step

NUMBER_LOCK = 0x73767270  # "svrp": the numbers of a year are assigned one after the other
SENT_TWICE_WITHIN = dt.timedelta(minutes=10)  # the same draft again within this time is the same sending
MOST_DRAFTS = 10  # of one account, so that nobody fills the table
MOST_FILES = 5


def _next_number(year: int) -> str:
    """Return the next number of `year`, `JY2026-0031`. Takes an advisory lock until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
    start = f"JY{year}-"
    # Text sorts 10000 before 9999, so the length comes first.
    numbers = Proposal.objects.filter(number__startswith=start).order_by(Length("number").desc(), "-number")
    last = numbers.values_list("number", flat=True).first()
    return f"{start}{int(last.removeprefix(start)) + 1 if last else 1:04d}"


# ---- the draft ------------------------------------------------------------------------------------------------------
@transaction.atomic
def draft_proposal(*, actor: Any, uploads: Iterable[Any] = (), **data: Any) -> Proposal:
    """Begin a proposal of `data` (names in `Proposal.EDITABLE_FIELDS`), which only its author reads.

    The same draft, sent again within ten minutes, is one draft. Raises NotAllowed, ActionError("invalid") with the field,
    ("many") beyond ten drafts, and as `attach`.
    """
    require(permissions.can_propose, actor, None)
    lock(actor)  # two sendings at the same moment come one after the other: the second one finds the draft of the first
    same = {"author": actor, "state": ProposalState.DRAFT, "title": data.get("title", "")}
    if sent := Proposal.objects.filter(**same, at__gt=clock.now() - SENT_TWICE_WITHIN).first():
        return edit_proposal(sent, actor=actor, uploads=uploads, **data)
    if Proposal.objects.filter(author=actor, state=ProposalState.DRAFT).count() >= MOST_DRAFTS:
        raise ActionError(_("你有 %(n)d 份草稿没提交，先提交或删掉一份。") % {"n": MOST_DRAFTS}, code="many")
    proposal = Proposal(author=actor, is_demo=bool(actor.is_demo))
    assign(proposal, data, fields=Proposal.EDITABLE_FIELDS)
    validate(proposal, Proposal.EDITABLE_FIELDS)
    proposal.save(force_insert=True)
    attach(proposal, uploads, owner=actor)
    audit.record("proposal.drafted", proposal, actor=actor, user=actor)
    return proposal


@transaction.atomic
def edit_proposal(proposal: Proposal, *, actor: Any, uploads: Iterable[Any] = (), **data: Any) -> Proposal:
    """Change a draft or a returned proposal. Who signs it is asked to confirm the new words and files.

    Raises NotAllowed, also once it is submitted, ActionError("invalid") with the field, and as `attach`.
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_edit_proposal, actor, proposal)
    changed = assign(proposal, data, fields=Proposal.EDITABLE_FIELDS)
    if changed:
        validate(proposal, changed)
        proposal.save(update_fields=[*changed, "search"])
        audit.record("proposal.updated", proposal, actor=actor, user=actor, fields=changed)
    added = attach(proposal, uploads, owner=actor)
    if added or set(changed) & set(TEXTS):
        ask_again(proposal)
    return proposal


def attach(row: Any, uploads: Iterable[Any], *, owner: Any) -> list[File]:
    """Store `uploads` with `row` (locked), a proposal or a referral: at most five pictures or PDF files; return the new ones.

    `owner` is None for a department. What is attached already, byte by byte, is not attached again. Raises ActionError("too_many"), ("kind"), and as `files.store`.
    """
    found, added = [upload for upload in uploads if upload], []
    rows = File.objects.filter(attached_to=row._meta.label, attached_id=row.public_id)
    there = set(rows.values_list("sha256", flat=True)) if found else set()
    for upload in found:
        try:
            stored = files.store(upload, owner=owner, attached_to=row)
        except ActionError as error:
            raise ActionError(error.message, code=error.code, field="uploads") from error
        if not stored.content_type.startswith(FILE_TYPES):
            raise ActionError(_("只收图片和 PDF，别的文件请先另存为 PDF。"), code="kind", field="uploads")
        if (
            stored.sha256 in there
        ):  # pictures are stored with other bytes than they came with, so this is known only now
            files.discard(stored, actor=owner)
            continue
        there.add(stored.sha256)
        added.append(stored)
    if added and rows.count() > MOST_FILES:
        raise ActionError(_("一共最多附 %(n)d 个文件。") % {"n": MOST_FILES}, code="too_many", field="uploads")
    return added


@transaction.atomic
def remove_proposal_file(proposal: Proposal, file: File, *, actor: Any) -> None:
    """Delete a file of a draft or of a returned proposal; who signs it is asked to confirm again. Raises NotAllowed."""
    proposal = lock_proposal(proposal)
    require(permissions.can_edit_proposal, actor, proposal)
    files.discard(file, actor=actor)
    ask_again(proposal)


@transaction.atomic
def discard_draft(proposal: Proposal, *, actor: Any) -> None:
    """Delete a draft that was never submitted, with its files and co-signers. Raises NotAllowed."""
    proposal = lock_proposal(proposal)
    require(permissions.can_discard_proposal, actor, proposal)
    audit.record("proposal.discarded", proposal, actor=actor, user=actor)
    delete_proposals(Proposal.objects.filter(pk=proposal.pk))


def delete_proposals(rows: Any) -> None:
    """Delete `rows` with their files, co-signers, steps and history."""
    keys = list(rows.values_list("public_id", flat=True))
    files.delete_attached("services.Proposal", keys)
    history.delete_with_history(CoSigner.objects.filter(proposal__in=rows))
    history.delete_with_history(rows)


# ---- submitting and taking back -------------------------------------------------------------------------------------
@transaction.atomic
def submit_proposal(proposal: Proposal, *, actor: Any) -> Proposal:
    """Submit `proposal` to the office, which decides within 7 working days. A returned one keeps its number.

    Who has not confirmed the present words signs later. Raises NotAllowed, ActionError("state") when it was submitted.
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_submit_proposal, actor, proposal)
    is_first = not proposal.number
    send_in(proposal, actor=actor)
    step(proposal, _("提出") if is_first else _("改过，再交"), by=actor)
    notify_author(proposal, "services/proposal_received")
    notify_office(proposal, "services/proposal_waiting")
    return proposal


def send_in(proposal: Proposal, *, actor: Any) -> None:
    """Bring `proposal` (locked) to the office, with a number unless it has one. Raises ActionError("state")."""
    is_first = not proposal.number
    changes: dict[str, Any] = {"due_on": review_due(), "advice": "", "reviewed_by": None, "reviewed_at": None}
    changes["last_submitted_at"] = clock.now()
    if is_first:
        changes |= {"number": _next_number(clock.today().year), "submitted_at": clock.now()}
    move(
        proposal, ProposalState.SUBMITTED, table=PROPOSAL_TRANSITIONS, actor=actor, verb="proposal.submitted", **changes
    )


@transaction.atomic
def withdraw_proposal(proposal: Proposal, *, actor: Any) -> Proposal:
    """Take `proposal` back before it is answered, without approval; a department's link ends. Raises NotAllowed."""
    proposal = lock_proposal(proposal)
    require(permissions.can_withdraw_proposal, actor, proposal)
    return withdraw_open(proposal, actor=actor)


def withdraw_open(proposal: Proposal, *, actor: Any, is_erased: bool = False) -> Proposal:
    """Withdraw `proposal` (locked), with its referral; those that were merged into it are reviewed on their own.

    Who signs it, the officers in charge and the department are notified, and the office where it was merged into another one.
    The notices about one that `is_erased` next have its number only.
    """
    in_charge, into = {proposal.reviewed_by, proposal.taken_by}, proposal.merged_into
    for referral in proposal.referrals.filter(state=ReferralState.OPEN).select_for_update(of=("self",), no_key=True):
        referrals.end_referral(referral, ReferralState.RECALLED, reason=str(_("作者撤回了")))
        in_charge.add(referral.forwarded_by)
        _notify_unit(referral)
    changes: dict[str, Any] = {"due_on": None}
    move(
        proposal, ProposalState.WITHDRAWN, table=PROPOSAL_TRANSITIONS, actor=actor, verb="proposal.withdrawn", **changes
    )
    step(proposal, _("作者撤回了"), by=actor)
    if into is not None:
        step(into, _("并在一起的 %(number)s 由作者撤回了") % {"number": proposal.number})
        in_charge.add(into.reviewed_by)
    release_merged(proposal)
    signers = set(signing(proposal))
    title = "" if is_erased else proposal.title
    for user in {*in_charge, *signers} - {None, actor, proposal.author}:
        signs = user in signers
        url = proposal.get_absolute_url() if signs and not is_erased else ""  # officers no longer read it
        notify(user, "services/proposal_withdrawn", url=url, number=proposal.number, title=title, signs=signs)
    return proposal


def _notify_unit(referral):
    """Tell the contact of the department of `referral`, which has just ended, that there is nothing left to answer."""
    if phone := referral.department.phone:
        notify(phone, "services/proposal_unit_withdrawn", referral=referral)


def release_merged(proposal: Proposal) -> None:
    """Have those that were merged into `proposal` (locked), which ends unanswered, reviewed on their own.

    Nobody is named as the actor: the authors of merged proposals do not learn who the other one is.
    """
    for row in proposal.merged.filter(state=ProposalState.MERGED).order_by("pk"):
        other = lock_proposal(row)
        if other.state != ProposalState.MERGED or other.merged_into_id != proposal.pk:
            continue
        changes: dict[str, Any] = {"merged_into": None, "due_on": review_due()}
        table, verb = PROPOSAL_TRANSITIONS, "proposal.split"
        move(other, ProposalState.SUBMITTED, table=table, actor=None, verb=verb, user=other.author, **changes)
        step(other, _("并在一起的那件不再办，这一件单独审核"))
        notify_author(other, "services/proposal_apart")
        notify_office(other, "services/proposal_waiting")
