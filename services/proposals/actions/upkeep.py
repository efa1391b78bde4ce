"""Proposals of those who leave or close the account, and what happens by itself: reminders, late ones, the end."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.platform.accounts.models import User
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock
from chengyang.platform.files import actions as files
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Notice
from chengyang.platform.workdays import deadlines
from members import erasure
from members.models import Person

from ...models import (
    AnswerCorrection,
    CoSigner,
    Follower,
    Openness,
    Promise,
    PromiseState,
    Proposal,
    ProposalEdition,
    ProposalStep,
    Referral,
)
from ...models.proposals import RATED_FOR, SIGNING
from ...states import PROPOSAL_ANSWERED, PROPOSAL_OPEN, ProposalState, ReferralState
from .. import due, links, permissions
from . import answers
from .cosigners import end_cosigning
from .drafts import delete_proposals, withdraw_open
from .openness import take_down_edition
from .referrals import end_links_of
from .steps import lock_proposal, lock_with_proposal, notify_office, notify_side, step

REMIND_AT = (0.5, 0.8, 1.0)  # share of the working days that have passed (requirements G19)
REMIND_BEFORE = 5  # working days before a promise is due


# ---- leaving --------------------------------------------------------------------------------------------------------
def end_proposals_of(person: Person, actor: Any) -> None:
    """End what `person`, who leaves the registry, has open: proposals are withdrawn, signatures ended, editions taken down."""
    if person.user_id:
        _end_all(person.user, actor)


def _end_all(user, actor, *, is_erased=False):
    signed = CoSigner.objects.filter(user=user, state__in=SIGNING)
    _lock_all(Proposal.objects.filter(Q(author=user) | Q(pk__in=signed.values("proposal"))))
    for row in Proposal.objects.filter(author=user).order_by("pk"):
        proposal = lock_proposal(row)
        if permissions.is_withdrawable(proposal):
            withdraw_open(proposal, actor=actor, is_erased=is_erased)
        if proposal.openness != Openness.CLOSED:
            proposal.openness = Openness.CLOSED
            proposal.save(update_fields=["openness"])
        take_down_edition(proposal, actor=actor, reason=str(_("作者退出了")))
        end_links_of(proposal)
    for row in signed.select_related("proposal").order_by("proposal_id"):
        proposal = lock_proposal(row.proposal)
        end_cosigning(proposal, lock(row), actor=actor)


def _lock_all(rows):
    """Lock `rows` (proposals) by their keys, as everything does that locks several of them, before what belongs to each."""
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def erase_proposals(person: Person) -> None:
    """Erase the proposals of `person`: delete those without an answer, empty the answered ones, which still count (P12)."""
    if not person.user_id:
        return
    rows = Proposal.objects.filter(author=person.user_id)
    if person.left_on:
        rows = rows.filter(at__lt=clock.at(person.left_on + dt.timedelta(days=1)))
    _erase(rows)
    _erase_signatures(person.user_id)


def _erase_signatures(user_id):
    """Delete what an account signs and follows.

    The name goes out of what others wrote about it: later nothing knows that it is not to be published.
    """
    name = Person.objects.filter(user=user_id).values_list("name", flat=True).first()
    signed = list(CoSigner.objects.filter(user=user_id).values_list("proposal", flat=True))
    if name and signed:
        editions = ProposalEdition.objects.filter(proposal__in=signed)
        written = _written_in(Referral.objects.filter(proposal__in=signed))
        for rows, fields in ((editions, ProposalEdition.EDITABLE_FIELDS), *written):
            containing = Q(*((f"{one}__contains", name) for one in fields), _connector=Q.OR)
            named = rows.model._base_manager.filter(pk__in=list(rows.filter(containing).values_list("pk", flat=True)))
            _cross_out(name, named, fields)
            history.delete_history(named)
        _cross_out(name, ProposalStep.objects.filter(proposal__in=signed, text__contains=name), ("text",))
    history.delete_with_history(CoSigner.objects.filter(user=user_id))
    Follower.objects.filter(user=user_id).delete()


def _erase(rows):
    """Withdraw those of `rows` that are open, delete those without an answer, and empty the answered ones.

    The answer stays where another proposal is merged into an erased one: it is the answer to that one, too.
    """
    _lock_all(rows)
    for row in rows.order_by("pk"):
        proposal = lock_proposal(row)
        if permissions.is_withdrawable(proposal):
            withdraw_open(proposal, actor=None, is_erased=True)
    everything = list(rows.select_related("author__person"))
    Notice.objects.filter(url__in=[row.get_absolute_url() for row in everything]).delete()
    gone = [row for row in everything if row.state not in PROPOSAL_ANSWERED]
    kept = [row for row in everything if row.state in PROPOSAL_ANSWERED]
    _delete(gone)
    editions = ProposalEdition.objects.filter(proposal__in=kept)
    Notice.objects.filter(url__in=[row.get_absolute_url() for row in editions]).delete()
    history.delete_with_history(editions)
    _empty_answers(kept)
    files.delete_attached("services.Proposal", [row.public_id for row in kept])
    ProposalStep.objects.filter(proposal__in=kept).delete()
    remaining = Proposal.objects.filter(pk__in=[row.pk for row in kept])
    remaining.update(
        author=None,
        title=erasure.ERASED,
        situation="",
        wish="",
        search=None,
        openness=Openness.CLOSED,
        joinable=False,
        advice="",
        rating=None,
        rating_words="",
    )
    history.delete_history(remaining)


def _delete(gone):
    """Delete `gone` (proposals without an answer of their own), and the answer to an erased one that only they still had."""
    keys = [row.pk for row in gone]
    Proposal.objects.filter(merged_into__in=keys).update(merged_into=None)
    referrals = Referral.objects.filter(proposal__in=keys)
    _delete_parts(referrals)
    history.delete_with_history(Promise.objects.filter(referral__in=referrals))
    history.delete_with_history(referrals)
    delete_proposals(Proposal.objects.filter(pk__in=keys))
    _empty_answers(Proposal.objects.filter(author=None, pk__in=[row.merged_into_id for row in gone]))


def _empty_answers(proposals):
    """Empty the answers to `proposals`; where another one is merged into one, only the name of its author goes out of them."""
    merged = Proposal.objects.filter(merged_into__in=proposals, state=ProposalState.MERGED)
    shared = set(merged.values_list("merged_into", flat=True))
    for proposal in proposals:
        if proposal.pk in shared:
            person = getattr(proposal.author, "person", None)
            _hide_name(Referral.objects.filter(proposal=proposal), person.name if person else "")
    rows = Referral.objects.filter(proposal__in=[row.pk for row in proposals if row.pk not in shared])
    _delete_parts(rows)
    promises = Promise.objects.filter(referral__in=rows)
    promises.update(what=erasure.ERASED, public_what="", note="")
    for name in ("reason", "move_reason"):
        promises.exclude(**{name: ""}).update(**{name: erasure.ERASED})
    history.delete_history(promises)
    rows.exclude(answer="").update(answer=erasure.ERASED)
    rows.update(note="", reason="")
    history.delete_history(rows)


def _delete_parts(referrals):
    """Delete the files and the former answers of `referrals`."""
    corrections = AnswerCorrection.objects.filter(referral__in=referrals)
    files.delete_attached("services.Referral", list(referrals.values_list("public_id", flat=True)))
    files.delete_attached("services.AnswerCorrection", list(corrections.values_list("public_id", flat=True)))
    history.delete_with_history(corrections)


def _hide_name(referrals, name):
    """Take `name` out of what departments wrote in `referrals`, which others still read, and the words of the office."""
    referrals.update(note="", reason="")
    for rows, fields in _written_in(referrals):
        if name:
            _cross_out(name, rows, fields)
        history.delete_history(rows)


def _written_in(referrals):
    """Return (rows, names of the fields) of what is written in and below `referrals`."""
    return (
        (referrals, ("answer",)),
        (Promise.objects.filter(referral__in=referrals), ("what", "public_what", "note", "reason", "move_reason")),
        (AnswerCorrection.objects.filter(referral__in=referrals), ("reason", "answer")),
    )


def _cross_out(name, rows, fields):
    """Replace `name` in `rows` by as many signs, so that the words stay within their length."""
    rows.update(**{one: Replace(one, Value(name), Value("×" * len(name))) for one in fields})


@transaction.atomic
def close_proposals_of(user: User, actor: Any) -> None:
    """Withdraw the open proposals of `user`, who closes their account, and erase all of them."""
    _end_all(user, actor, is_erased=True)
    _erase(Proposal.objects.filter(author=user))
    _erase_signatures(user.pk)


def accounts_in_use(since: dt.datetime) -> QuerySet:
    """Return the ids of the accounts with an open proposal, or one that they began after `since`."""
    rows = Proposal.objects.filter(Q(state__in=PROPOSAL_OPEN) | Q(at__gt=since), author__isnull=False)
    return rows.order_by().values_list("author", flat=True).distinct()


# ---- by itself ------------------------------------------------------------------------------------------------------
@transaction.atomic
def remind_department(referral: Referral, today: dt.date) -> int:
    """Remind the contact and the office of an open `referral` at half, four fifths and the end of its working days.

    Return the number of the reminder that was sent (1 to 3), or 0. Safe to repeat; after a pause only the latest is sent.
    """
    proposal, referral = lock_with_proposal(referral)
    if referral.state != ReferralState.OPEN:
        return 0
    total = due.asked_days(referral)
    spent = total - deadlines.left(referral.due_on, today)
    number = sum(spent >= total * share for share in REMIND_AT)
    if number <= referral.reminders:
        return 0
    referral.reminders = number
    referral.save(update_fields=["reminders"])
    _remind_contact(referral, "services/proposal_unit_reminder")
    notify_office(proposal, "services/proposal_reminder", referral=referral)
    return number


def _remind_contact(referral, template, **context):
    if referral.department.phone:
        link = referral.links.filter(ended_at__isnull=True).first()
        url = links.address_of(link) if link is not None and link.is_open else ""
        notify(referral.department.phone, template, referral=referral, link=url, **context)


@transaction.atomic
def mark_late(referral: Referral, today: dt.date) -> bool:
    """Write the step that an open `referral` is late, once; author and office are notified."""
    proposal, referral = lock_with_proposal(referral)
    if referral.state != ReferralState.OPEN or referral.late_at or referral.due_on >= today:
        return False
    referral.late_at = clock.now()
    referral.save(update_fields=["late_at"])
    step(proposal, _("超过期限，办公室在催"), unit=referral.department)
    audit.record("proposal.late", proposal, actor=None, user=proposal.author)
    notify_side(proposal, "services/proposal_late", referral=referral)
    notify_office(proposal, "services/proposal_late", referral=referral)
    return True


@transaction.atomic
def remind_of_promise(promise: Promise, today: dt.date) -> bool:
    """Remind contact and office five working days before a promise is due, once for each day, if somebody follows it.

    So they are while an author has left who was answered together with others: these still wait for it. Safe to repeat.
    """
    proposal = lock_proposal(promise.referral.proposal)
    row = lock(promise)
    if (
        row.state != PromiseState.OPEN
        or row.reminded_on
        or deadlines.left(row.due_on, today) > REMIND_BEFORE
        or not Proposal.objects.followed().filter(pk=proposal.pk).exists()
    ):
        return False
    row.reminded_on = today
    row.save(update_fields=["reminded_on"])
    _remind_contact(row.referral, "services/promise_unit_reminder", promise=row)
    notify_office(proposal.read_as, "services/promise_reminder", promise=row)
    return True


@transaction.atomic
def close_unrated(proposal: Proposal, today: dt.date) -> bool:
    """Close an answered `proposal` whose author has not rated for 30 days, once nothing is open. Safe to repeat.

    The days count from the last correction of the answer.
    """
    proposal = lock_proposal(proposal)
    corrected = AnswerCorrection.objects.written().filter(referral__proposal=proposal).order_by("-corrected_at").first()
    answered_at = corrected.corrected_at if corrected else proposal.answered_at
    if answered_at is None or clock.at(today) < answered_at + RATED_FOR:
        return False
    return answers.close_if_done(proposal, unrated=True)


def _empty_unread_answers(at_once):
    """Empty the answers to erased proposals that were left for those merged into them, which are dealt with apart by now."""
    unread = Referral.objects.filter(state=ReferralState.ANSWERED, proposal__author__isnull=True)
    unread = unread.exclude(answer=erasure.ERASED).exclude(
        proposal__in=Proposal.objects.filter(state=ProposalState.MERGED).values("merged_into")
    )
    for referral in unread.order_by("pk")[:at_once]:
        with transaction.atomic():
            proposal, _referral = lock_with_proposal(referral)
            _empty_answers([proposal])


def look_after_proposals(today: dt.date, at_once: int) -> None:
    """Do what is due `today` on at most `at_once` rows of each kind."""
    waiting = Referral.objects.filter(state=ReferralState.OPEN).select_related("proposal", "department")
    waiting = waiting.exclude(reminders__gte=len(REMIND_AT), late_at__isnull=False)  # nothing is left to do on these
    for referral in waiting.order_by("due_on")[:at_once]:
        remind_department(referral, today)
        mark_late(referral, today)
    soon = Promise.objects.filter(state=PromiseState.OPEN, reminded_on__isnull=True)
    soon = soon.filter(referral__proposal__in=Proposal.objects.followed())
    soon = soon.filter(due_on__lte=today + dt.timedelta(days=30)).select_related("referral__proposal")
    for promise in soon.order_by("due_on")[:at_once]:
        remind_of_promise(promise, today)
    old = clock.at(today) - RATED_FOR
    open_promises = Promise.objects.filter(state=PromiseState.OPEN).values("referral__proposal")
    answered = Proposal.objects.filter(state=ProposalState.ANSWERED, answered_at__lte=old).exclude(pk__in=open_promises)
    corrected = AnswerCorrection.objects.filter(Q(corrected_at__isnull=True) | Q(corrected_at__gt=old))
    answered = answered.exclude(pk__in=corrected.values("referral__proposal"))
    for proposal in answered.order_by("answered_at")[:at_once]:
        close_unrated(proposal, today)
    _empty_unread_answers(at_once)
