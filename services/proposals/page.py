"""What the page of a proposal shows to its author, to those who sign it, and to the office."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengyang.extensions import todo_kind
from chengyang.platform.files.models import File

from .. import clock_drawing
from ..models import AnswerCorrection, Promise, Proposal, ProposalEdition, Referral
from ..models.proposals import SIGNING
from ..states import EditionState, ProposalState, ReferralState
from . import actions, due, links, permissions, similar

_CHECKS: dict[str, Callable[..., bool]] = {
    "edit": permissions.can_edit_proposal,
    "submit": permissions.can_submit_proposal,
    "discard": permissions.can_discard_proposal,
    "withdraw": permissions.can_withdraw_proposal,
    "decide_openness": permissions.can_decide_openness,
    "invite": permissions.can_invite,
    "rate": permissions.can_rate_answer,
    "split": permissions.can_split_proposal,
    "review": permissions.can_review_proposal,
    "clean": permissions.can_clean_proposal,
    "handle": permissions.is_officer_of,
}


def context_of(proposal: Proposal, user: Any) -> dict[str, Any]:
    """Return the context of the page of `proposal` for `user`, who may read it; the forms are added by the view.

    A merged one shows how far the other one is, and its answer, not its words.
    """
    may = {name: check(user, proposal) for name, check in _CHECKS.items()}
    shown = proposal.merged_into if proposal.state == ProposalState.MERGED and proposal.merged_into else proposal
    last = Referral.objects.filter(proposal=shown).select_related("department", "proposal").order_by("pk").last()
    is_author = user.pk == proposal.author_id
    edition = ProposalEdition.objects.visible_to(user).filter(proposal=proposal).first()
    mine = proposal.cosigners.filter(user=user, state__in=SIGNING).first()
    return {
        "proposal": proposal,
        "may": may,
        "is_author": is_author,
        "mine": mine,
        "may_confirm": mine is not None and permissions.can_cosign(user, proposal),
        "version": actions.version_of(proposal) if mine is not None else "",
        "cosigners": _cosigners(proposal, user, sees_names=is_author or may["handle"]),
        "steps": proposal.steps.order_by("-at", "-pk"),
        "referral": last,
        "stages": stages(proposal, last),
        "answer": last if last and last.state == ReferralState.ANSWERED else None,
        "corrections": _corrections(user, shown),
        "correction": AnswerCorrection.objects.waiting().filter(referral=last).first() if last else None,
        "promises": Promise.objects.filter(referral__proposal=shown).select_related("referral"),
        "files": _files(user, proposal, last if shown is proposal else None),
        "hidden_promises": _hidden_promises(edition),
        "weeks": _weeks(last),
        "edition": edition,
        "invitation": links.invitation_of(proposal) if may["invite"] else "",
        "alike": _alike(proposal, user) if may["edit"] else [],
        "link": _link(last) if may["handle"] and last and shown is proposal else None,
        "todo_url": _todo_url(proposal, user, may, edition, last),
    }


def stages(proposal: Proposal, referral: Referral | None) -> list[dict[str, Any]]:
    """Return the five stages of the way of `proposal`, each with its day and a word, and which one it stands at.

    A merged one stands where the other one stands, to which the last `referral` belongs. One that came back from a department
    waits to be forwarded again.
    """
    way = proposal.merged_into if proposal.state == ProposalState.MERGED and proposal.merged_into else proposal
    if referral is not None and referral.state not in (ReferralState.OPEN, ReferralState.ANSWERED):
        referral = None
    is_answered = referral is not None and referral.state == ReferralState.ANSWERED
    names = (_("提出"), _("审核"), _("转办单位"), _("答复"), _("跟进"))
    days = [
        proposal.submitted_at,
        way.reviewed_at if way.state not in (ProposalState.SUBMITTED, ProposalState.RETURNED) else None,
        referral.forwarded_at if referral else None,
        referral.answered_at if referral and is_answered else None,
        way.closed_at,
    ]
    notes: list[Any] = ["", "", "", "", ""]
    if referral is not None:
        notes[2] = referral.department
    if referral is not None and is_answered:
        notes[3] = _("%(n)d 个工作日") % {"n": due.used_days(referral)}
    current = next((place for place, day in enumerate(days) if day is None), 5)
    over = proposal.state in (ProposalState.DECLINED, ProposalState.WITHDRAWN)
    return [
        {"name": name, "day": day, "note": note, "is_done": day is not None, "is_now": place == current and not over}
        for place, (name, day, note) in enumerate(zip(names, days, notes, strict=True))
    ]


def _cosigners(proposal: Proposal, user: Any, *, sees_names: bool) -> dict[str, Any]:
    """Return who signs: names for the author and the office; others read their own name and how many there are."""
    rows = list(proposal.cosigners.filter(state__in=SIGNING).select_related("user__person"))
    named = [row for row in rows if sees_names or row.user_id == user.pk]
    shown = [(getattr(getattr(row.user, "person", None), "name", ""), row) for row in named]
    return {"shown": shown, "more": len(rows) - len(shown), "count": len(rows)}


def _files(user: Any, proposal: Proposal, referral: Referral | None) -> dict[str, list[File]]:
    """Return the files of the proposal and of its answer that `user` may open."""
    found: dict[str, list[File]] = {"proposal": [], "answer": []}
    for name, row in (("proposal", proposal), ("answer", referral)):
        if row is not None:
            files = File.objects.visible_to(user).filter(attached_to=row._meta.label, attached_id=row.public_id)
            found[name] = list(files.order_by("pk"))
    return found


def files_to_sign(user: Any, invitation: links.Invitation) -> QuerySet:
    """Return the files that `user` opens with an `invitation` of the author: a signature confirms them, as long as it can be given.

    Who signs reads them with the proposal, whatever becomes of the address.
    """
    rows = _files_of(invitation.proposal)
    may_read = invitation.is_given and permissions.can_cosign(user, invitation.proposal)
    return rows if may_read else rows.none()


def files_after_signing(invitation: links.Invitation) -> int:
    """Return how many files whoever found the proposal by its words reads only after having signed."""
    return 0 if invitation.is_given else _files_of(invitation.proposal).count()


def _files_of(proposal):
    return File.objects.filter(attached_to=Proposal._meta.label, attached_id=proposal.public_id).order_by("pk")


def _corrections(user: Any, proposal: Proposal) -> list[AnswerCorrection]:
    """Return the corrections of the answer, each with the files of the former answer that `user` may open."""
    rows = list(AnswerCorrection.objects.written().filter(referral__proposal=proposal))
    found = File.objects.visible_to(user).filter(attached_to=AnswerCorrection._meta.label)
    files = list(found.filter(attached_id__in=[row.public_id for row in rows]).order_by("pk")) if rows else []
    for row in rows:
        row.files = [file for file in files if file.attached_id == row.public_id]
    return rows


def _hidden_promises(edition: ProposalEdition | None) -> int:
    """Return how many promises the page of a published `edition` does not show, until they are worded anew and checked."""
    if edition is None or edition.state != EditionState.PUBLISHED:
        return 0
    return Promise.objects.filter(referral__proposal=edition.proposal_id, is_public=False).count()


def _weeks(referral: Referral | None) -> list[Any]:
    if referral is None or referral.state not in (ReferralState.OPEN, ReferralState.ANSWERED):
        return []
    return clock_drawing.weeks_of(due.days_of(referral), referral.answered_at, referral.due_on)


def _alike(proposal: Proposal, user: Any) -> list[tuple[Any, str, bool]]:
    """Return (row, address, whether it can be signed) of the proposals that may be about the same thing."""
    published = [
        (one.row, one.row.get_absolute_url(), False) for one in similar.published_like(proposal.title, but=proposal)
    ]
    open_ = similar.open_to_join(proposal.title, user=user, but=proposal)
    return [*published, *((one.row, links.found_path(one.row), True) for one in open_)]


def _link(referral: Referral) -> dict[str, Any]:
    """Return the link of the department with its code, for the office; without one that opens only what can be done."""
    can_renew = referral.state in (ReferralState.OPEN, ReferralState.ANSWERED)
    link = referral.links.order_by("-made_at", "-pk").first()
    if link is None or not link.is_open:
        return {"can_renew": can_renew, "last": link}
    address, code = links.address_of(link), links.code_of(link)
    return {"can_renew": can_renew, "open": link, "address": address, "code": code}


def _todo_url(
    proposal: Proposal, user: Any, may: dict[str, bool], edition: ProposalEdition | None, last: Referral | None
) -> tuple[str, Any] | None:
    """Return the address and the name of what `user` decides next, None when it waits for nobody in the office."""
    if may["review"]:
        forwards = proposal.state == ProposalState.REVIEWED
        return todo_kind("proposal").url(proposal), _("转给单位") if forwards else _("审核")
    if may["handle"] and last is not None and last.state == ReferralState.OPEN and last.proposal_id == proposal.pk:
        return todo_kind("proposal-late").url(last), _("延期或收回")
    if edition is not None and permissions.can_check_edition(user, edition):
        return todo_kind("proposal-check").url(edition), _("复核公开稿")
    if may["clean"] and edition is not None and edition.state == EditionState.CLEANED and edition.cleaned_by == user:
        return todo_kind("proposal-clean").url(proposal), _("再改公开稿")
    if may["clean"] and (edition is None or edition.state in ("returned", "down", "published")):
        is_shown = edition is not None and edition.state == EditionState.PUBLISHED
        return todo_kind("proposal-clean").url(proposal), _("再改公开稿") if is_shown else _("去掉个人信息")
    return None
