"""What an author agrees to after the answer; a withdrawn consent takes the public edition down (domain.md rule 10)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import move

from ... import personal_traces
from ...models import CoSignerState, Openness, Promise, Proposal, ProposalEdition
from ...states import EDITION_TRANSITIONS, EditionState
from .. import permissions
from .steps import lock_proposal, notify_followers, notify_office, notify_side, step


@transaction.atomic
def decide_openness(proposal: Proposal, *, actor: Any, openness: str) -> Proposal:
    """Change what the author agrees to. A withdrawn consent takes the public edition down at once (domain.md rule 10).

    Raises NotAllowed, ActionError("openness") for another value.
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_decide_openness, actor, proposal)
    if openness not in Openness.values:
        raise ActionError(_("请从列出的里面选。"), code="openness", field="openness")
    if openness == proposal.openness:
        return proposal
    was_closed = proposal.openness == Openness.CLOSED
    proposal.openness = openness
    proposal.save(update_fields=["openness"])
    step(proposal, _("公开与否改为：%(what)s") % {"what": proposal.get_openness_display()}, by=actor)
    audit.record("proposal.openness_decided", proposal, actor=actor, user=actor, fields=["openness"])
    if openness == Openness.CLOSED:
        take_down_edition(proposal, actor=actor, reason=str(_("作者收回了同意")))
    else:
        hide_if_named(proposal, actor=actor)
    if was_closed:
        _clean_again(proposal, actor=actor)
    return proposal


def hidden_names(proposal: Proposal) -> list[str]:
    """Return the names that a public edition of `proposal` must not contain: of its author and of those who sign it."""
    rows = proposal.cosigners.select_related("user__person").exclude(state=CoSignerState.CONFIRMED, shows_name=True)
    people = [row.user for row in rows]
    if proposal.author is not None and proposal.openness != Openness.NAMED:
        people.append(proposal.author)
    persons = [getattr(user, "person", None) for user in people]
    return [person.name for person in persons if person is not None]


def _hide_promises(proposal):
    """Take back the publication of the promises of `proposal` with a name that is to be shown no longer; return these."""
    names, hidden = hidden_names(proposal), []
    for row in Promise.objects.filter(referral__proposal=proposal, is_public=True):
        if personal_traces.found_in(row.shown_what, names):
            row.is_public = False
            row.save(update_fields=["is_public"])
            hidden.append(row)
    return hidden


def _notify_of_hidden(edition, proposal, hidden):
    """Notify everybody that `edition`, which is published, shows the promises `hidden` no longer; the office gets a to-do.

    Only those who read the proposal itself read which ones.
    """
    news = _("答应的事有 %(n)d 件先不公开，改写、核过以后再公开") % {"n": len(hidden)}
    step(proposal, news)
    readers = notify_side(proposal, "services/promise_hidden", promises=hidden)
    notify_followers(edition, news, but=readers)
    notify_office(proposal, "services/promise_to_reword", n=len(hidden))


def return_published(proposal: Proposal, *, actor: Any, reason: str) -> None:
    """Bring the edition of `proposal` (locked) back to be cleaned anew, unless it is down; a published one goes off at once."""
    if ProposalEdition.objects.filter(proposal=proposal).exclude(state=EditionState.DOWN).exists():
        take_down_edition(proposal, actor=actor, reason=reason)
        _clean_again(proposal, actor=actor, reason=reason)


def hide_if_named(proposal: Proposal, *, actor: Any) -> None:
    """Take the edition of `proposal` down, and hide the promises, if their text has a name that is to be shown no longer."""
    hidden = _hide_promises(proposal)
    edition = ProposalEdition.objects.filter(proposal=proposal).first()
    if edition is None or edition.state == EditionState.DOWN:
        return
    text = "\n".join(getattr(edition, name) for name in ProposalEdition.EDITABLE_FIELDS)
    if personal_traces.found_in(text, hidden_names(proposal)):
        return_published(proposal, actor=actor, reason=str(_("有人改为不写名字，正文要再核一遍")))
    elif hidden and edition.state == EditionState.PUBLISHED:
        _notify_of_hidden(edition, proposal, hidden)


def _clean_again(proposal, *, actor, reason=""):
    """Bring an edition that is down back to the office: for a `reason`, or because the author agrees to its publication again."""
    rows = ProposalEdition.objects.select_for_update(of=("self",), no_key=True)
    edition = rows.filter(proposal=proposal, state=EditionState.DOWN).first()
    if edition is None or not proposal.is_agreed_to:
        return
    table, verb = EDITION_TRANSITIONS, "proposal.edition_returned"
    move(edition, EditionState.RETURNED, table=table, actor=actor, verb=verb, user=proposal.author)
    notify_office(proposal, "services/proposal_to_publish", reason=reason)


def take_down_edition(proposal: Proposal, *, actor: Any, reason: str) -> None:
    """Take the public edition of `proposal` (locked) down, also one that waits for its check. Safe to repeat."""
    edition = ProposalEdition.objects.select_for_update(of=("self",), no_key=True).filter(proposal=proposal).first()
    if edition is None or edition.state == EditionState.DOWN:
        return
    was_shown = edition.state == EditionState.PUBLISHED
    changes: dict[str, Any] = {"reason": reason, "down_at": clock.now(), "due_on": None}
    move(
        edition,
        EditionState.DOWN,
        table=EDITION_TRANSITIONS,
        actor=actor,
        verb="proposal.taken_down",
        user=proposal.author,
        **changes,
    )
    if was_shown:
        step(proposal, _("不再公开：%(reason)s") % {"reason": reason}, by=actor)
