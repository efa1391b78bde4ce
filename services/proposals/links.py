"""Links of proposals: for a department's contact, with a code, and for those who are asked to sign with the author."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.lib.vault.public_ids import ALPHABET
from chengyang.lib.vault.sealing import mac
from chengyang.platform.accounts import limits, links
from chengyang.platform.files.models import File
from chengyang.platform.notices.delivery import site_url

from ..models import AnswerCorrection, Promise, PromiseState, Proposal, Referral, ReferralLink
from ..states import ProposalState, ReferralState

NAME = "services:referral"  # the page of a department
CODE_LENGTH = 8
WRONG_CODES = limits.Limit(
    "referral-code", 10, limits.HOUR, gettext_lazy("校验码错得太多，请过一小时再试，或请办公室重发链接。")
)
SESSION_KEY = "referral_links"
OPEN_FOR = 4 * 3600  # seconds after the code was typed, as long as somebody writes an answer


# ---- departments ----------------------------------------------------------------------------------------------------
def address_of(link: ReferralLink) -> str:
    """Return the absolute address of the page that `link` opens, with its signature."""
    return links.absolute(NAME, link.public_id)


def path_of(link: ReferralLink) -> str:
    """Return the path of the page that `link` opens."""
    return reverse(NAME, args=links.arguments(NAME, link.public_id))


def code_of(link: ReferralLink) -> str:
    """Return the code that the page of `link` asks for. It is derived with a key, so that no table contains it."""
    text = mac("referral-code", link.public_id.encode()).lower()
    return "".join(character for character in text if character in ALPHABET)[:CODE_LENGTH]


def found(public_id: str, signature: str) -> ReferralLink:
    """Return the link of this address, also one that has ended. Raises Http404 for a wrong signature."""
    return links.find(ReferralLink, NAME, public_id, signature)


def delivered(link: ReferralLink) -> set[str]:
    """Return the words with which the department has answered, handed back, or reported: they have arrived."""
    referral = link.referral
    found = [referral.answer, referral.reason if referral.state == ReferralState.HANDED_BACK else ""]
    for row in promises(link):
        found += [row.what, row.note, row.move_reason, row.reason]
    return {text for text in found if text}


def enter(request: HttpRequest, link: ReferralLink, code: str) -> None:
    """Let this browser open the page of `link` for four hours. Raises ActionError("code"), ("slow") after ten wrong ones."""
    wrong = limits.take(WRONG_CODES, link.public_id, field="code")
    if not constant_time_compare(code_of(link), code.strip().lower()):
        raise ActionError(_("校验码不对，请照办公室给的填。"), code="code", field="code")
    limits.give_back(wrong)
    entered = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = {**entered, link.public_id: clock.now().timestamp()}


def has_entered(request: HttpRequest, link: ReferralLink) -> bool:
    """Return whether the code was typed in this browser within the last four hours."""
    entered = request.session.get(SESSION_KEY, {}).get(link.public_id)
    return entered is not None and clock.now().timestamp() - entered < OPEN_FOR


def files_of(link: ReferralLink) -> Any:
    """Return the files of the proposal and of those merged into it, which the department reads as long as its link opens."""
    proposal = link.referral.proposal
    merged = proposal.merged.filter(state=ProposalState.MERGED).values_list("public_id", flat=True)
    keys = [proposal.public_id, *merged]
    return File.objects.filter(attached_to="services.Proposal", attached_id__in=keys).order_by("pk")


def answer_files(link: ReferralLink) -> Any:
    """Return the files of the answer, which the department has sent."""
    return File.objects.filter(attached_to=Referral._meta.label, attached_id=link.referral.public_id).order_by("pk")


def promises(link: ReferralLink) -> Any:
    """Return what the department has promised."""
    return Promise.objects.filter(referral=link.referral)


def correction(link: ReferralLink) -> AnswerCorrection | None:
    """Return the correction of the answer that the office has asked the department for, None without one."""
    return AnswerCorrection.objects.waiting().filter(referral=link.referral).first()


def open_promises(link: ReferralLink) -> Any:
    """Return what the department has promised and not done yet."""
    return promises(link).filter(state=PromiseState.OPEN)


# ---- co-signers -----------------------------------------------------------------------------------------------------
def invitation_of(proposal: Proposal) -> str:
    """Return the absolute address with which `proposal` is signed; a new number of the invitation ends the former one."""
    return site_url(invitation_path(proposal))


def invitation_path(proposal: Proposal) -> str:
    """Return the path of the page on which `proposal` is signed by whoever its author gives it to."""
    return reverse("services:proposal-join", args=[proposal.public_id, _signature(proposal, "proposal-join")])


def found_path(proposal: Proposal) -> str:
    """Return the path of the same page for those who found `proposal` by its words: it shows them no files, as its author has read."""
    return reverse("services:proposal-join", args=[proposal.public_id, _signature(proposal, "proposal-found")])


class Invitation(NamedTuple):
    """A proposal that can be signed, and whether its author has given this address, or somebody found it by its words."""

    proposal: Proposal
    is_given: bool


def invited(public_id: str, signature: str) -> Invitation:
    """Return the invitation of this address. Raises Http404 for a wrong or former signature, and for what is found no longer."""
    proposal: Any = get_object_or_404(Proposal, public_id=public_id)
    is_given = constant_time_compare(_signature(proposal, "proposal-join"), signature)
    is_found = proposal.joinable and constant_time_compare(_signature(proposal, "proposal-found"), signature)
    if not (is_given or is_found):
        raise Http404
    return Invitation(proposal, is_given)


def _signature(proposal, purpose):
    return mac(purpose, f"{proposal.public_id}/{proposal.invitation}".encode())[: links.LENGTH]
