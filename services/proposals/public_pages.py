"""The list of published proposals: its filters, and what it and the page of one show beside the texts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.chinese import search
from chengyang.platform.web.suppression import suppress_small

from ..models import (
    ANSWER_DAYS,
    TOPICS,
    AnswerCorrection,
    Department,
    Follower,
    Openness,
    Promise,
    PromiseState,
    ProposalEdition,
    Referral,
)
from . import actions, due, similar

STAGES = {
    "adopted": _("已采用"),
    "following": _("跟进中"),
    "done": _("办结"),
    "not_now": _("暂不采用"),
}
FIRST_YEAR = 2017


@dataclass(frozen=True)
class Filters:
    """What the list of proposals is narrowed to; `is_complete` is false when a value of the query was left out."""

    text: str
    topic: str
    department: str
    stage: str
    year: int | None
    is_complete: bool

    @classmethod
    def of(cls, query: QueryDict) -> "Filters":
        """Read the filters of `query`; a value that is unknown is left out."""
        given = {name: query.get(name, "") for name in ("topic", "department", "stage", "year")}
        topic = given["topic"] if given["topic"] in TOPICS else ""
        stage = given["stage"] if given["stage"] in STAGES else ""
        year = given["year"] if given["year"] in [str(one) for one in years()] else ""
        department = given["department"] if len(given["department"]) == 10 else ""
        kept = {"topic": topic, "department": department, "stage": stage, "year": year}
        return cls(
            query.get("q", "").strip()[:100], topic, department, stage, int(year) if year else None, kept == given
        )

    def apply(self, rows: Any) -> Any:
        """Return those of `rows` (editions) that the filters mean."""
        rows = rows.search(self.text)
        if self.topic:
            rows = rows.filter(topic=self.topic)
        if self.department:
            rows = rows.filter(department__public_id=self.department)
        if self.year:
            rows = rows.filter(answered_on__gte=dt.date(self.year, 1, 1), answered_on__lt=dt.date(self.year + 1, 1, 1))
        following = Promise.objects.filter(state=PromiseState.OPEN).values("referral__proposal")
        wanted = {
            "adopted": Q(result__in=["adopted", "partly"]),
            "following": Q(proposal__in=following),
            "done": Q(proposal__state="closed"),
            "not_now": Q(result="not_now"),
        }
        return rows.filter(wanted[self.stage]) if self.stage else rows


def years() -> range:
    """Return the years with proposals that can be chosen, the present one first."""
    return range(clock.today().year, FIRST_YEAR - 1, -1)


def mark(editions: list[ProposalEdition], text: str) -> None:
    """Give each of `editions` what the list shows beside it: marked words, followers, and promises; two queries."""
    keys = [row.pk for row in editions]
    followed = dict(Follower.objects.filter(edition__in=keys).order_by().values_list("edition").annotate(n=Count("pk")))
    promised: dict[int, list[Promise]] = {}
    rows = Promise.objects.filter(referral__proposal__in=[row.proposal_id for row in editions], is_public=True)
    for promise in rows.select_related("referral"):
        promised.setdefault(promise.referral.proposal_id, []).append(promise)
    for row in editions:
        row.marked = search.highlight(row.title, text)
        row.says = search.excerpt(row.wish, text, 90)
        row.follower_count = suppress_small(followed.get(row.pk, 0))
        row.promises = promised.get(row.proposal_id, [])
        row.kept_count = sum(one.state == PromiseState.DONE for one in row.promises)
        row.open_count = sum(one.state == PromiseState.OPEN for one in row.promises)


def departments() -> Any:
    """Return the departments that answered published proposals, at most a hundred."""
    return Department.objects.filter(pk__in=ProposalEdition.objects.published().order_by().values("department"))[:100]


def context_of(edition: ProposalEdition) -> dict[str, Any]:
    """Return what the public page of `edition` shows beside its texts; names only of those who agreed."""
    mark([edition], "")
    proposal = edition.proposal
    referral = actions.answer_of(proposal)
    signing = list(proposal.cosigners.signing().select_related("user__person"))  # who confirmed the words as they are
    names = [row.user.person.name for row in signing if row.shows_name and hasattr(row.user, "person")]
    is_named = proposal.openness == Openness.NAMED and hasattr(proposal.author, "person")
    return {
        "edition": edition,
        "proposal": proposal,
        "referral": referral,
        "correction": AnswerCorrection.objects.written().filter(referral=referral).order_by("corrected_at").last(),
        "history": history_of(edition, referral),
        "in_time": referral is not None and due.was_in_time(referral),
        "limit": due.asked_days(referral) if referral else ANSWER_DAYS,
        "author": proposal.author.person.name if is_named else "",
        "names": names,
        "has_unnamed": len(signing) > len(names),
        "unnamed": suppress_small(len(signing) - len(names)),
        "similar": similar.published_like(edition.title, but=proposal)[:3],
    }


def history_of(edition: ProposalEdition, referral: Referral | None) -> list[tuple[dt.date, Any]]:
    """Return the steps of a published proposal with their days, the latest first.

    They are made from the dates of its rows: the steps that its author and the office read may name people.
    """
    proposal = edition.proposal
    found: list[tuple[Any, Any]] = [(proposal.submitted_at, _now("提出")), (proposal.reviewed_at, _now("审核通过"))]
    if referral is not None:
        unit = {"unit": referral.department, "n": referral.extra_days, "result": referral.get_result_display()}
        found += [
            (referral.forwarded_at, _now("转给%(unit)s") % unit),
            (referral.extended_at, _now("延期 %(n)d 个工作日") % unit),
            (referral.answered_at, _now("%(unit)s答复：%(result)s") % unit),
        ]
        corrected = AnswerCorrection.objects.written().filter(referral=referral).values_list("corrected_at", flat=True)
        found += [(moment, _now("%(unit)s更正了答复") % unit) for moment in corrected]
    found += [(edition.published_at, _now("公开发布")), (proposal.closed_at, _now("办结"))]
    if proposal.rating:
        found.append((proposal.rated_at, _now("作者评价：%(what)s") % {"what": proposal.get_rating_display()}))
    found += [
        (one.done_on, _now("做到了：%(what)s") % {"what": one.shown_what}) for one in edition.promises if one.done_on
    ]
    days = [(timezone.localdate(at) if isinstance(at, dt.datetime) else at, text) for at, text in found if at]
    days.reverse()  # of two steps on a day, the later one comes first
    return sorted(days, key=lambda row: row[0], reverse=True)


def years_with_answers() -> list[int]:
    """Return the years with published answers, the latest first: each has figures of its own."""
    days = ProposalEdition.objects.published().order_by().dates("answered_on", "year")
    return sorted((day.year for day in days), reverse=True)


def with_referrals(rows: list[Any]) -> list[Any]:
    """Give each of `rows` (proposals) its last referral, and of an answered one the days and whether it was in time."""
    referrals = Referral.objects.filter(proposal__in=rows, state__in=("open", "answered")).select_related("department")
    by_proposal = {row.proposal_id: row for row in referrals.order_by("pk")}
    for row in rows:
        row.referral = by_proposal.get(row.pk)
        if row.referral is not None and row.referral.answered_at:
            row.used, row.in_time = due.used_days(row.referral), due.was_in_time(row.referral)
    return rows
