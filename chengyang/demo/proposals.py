"""Proposals with their departments, answers, promises and public editions: all invented."""

import datetime as dt
from typing import Any

from chengyang import clock
from chengyang.lib.chinese import workdays
from services.models import (
    ANSWER_DAYS,
    REVIEW_DAYS,
    AnswerCorrection,
    CoSigner,
    Department,
    Follower,
    Promise,
    Proposal,
    ProposalEdition,
    ProposalStep,
    Referral,
    ReferralLink,
    Result,
)
from services.proposals.actions.upkeep import REMIND_AT, REMIND_BEFORE
from services.states import ProposalState as P

from .bulk import insert
from .dataset import Dataset
from .proposal_examples import DEPARTMENTS, EXAMPLES, Example
from .randomness import RandomSource


def make_proposals(dataset: Dataset) -> None:
    """Create departments and proposals at every stage; the member has an answered one, a returned one and a draft."""
    rng = dataset.random_source("proposals")
    rows = [
        Department(public_id=rng.public_id(), name=name, remit=remit, is_demo=True)
        for name, remit in DEPARTMENTS.items()
    ]
    units = {row.name: row for row in insert(rows)}
    member = dataset.personas["member"]
    authors = [person.user for person in dataset.persons if person.user_id and not person.user.email]
    chosen = sorted(EXAMPLES, key=lambda one: -one.ago)
    numbers: dict[int, int] = {}
    for example in chosen:
        author = member if example.stage == "answered" else rng.choice(authors)
        day = dataset.ago(example.ago)
        numbers[day.year] = numbers.get(day.year, 0) + 1
        number = f"JY{day:%Y}-{numbers[day.year]:04d}"
        _Made(dataset, rng, example, author, number, units[example.unit]).write(authors)
    _of_member(dataset, rng, member, numbers)


class _Made:
    """One example as rows: the dates of its steps follow from the day on which it was submitted."""

    def __init__(
        self, dataset: Dataset, rng: RandomSource, example: Example, author: Any, number: str, unit: Department
    ) -> None:
        self.dataset, self.rng, self.example, self.unit = dataset, rng, example, unit
        self.officers = dataset.personas["district"], dataset.personas["district_2"]
        self.submitted = rng.moment(dataset.ago(example.ago), 8, 20)
        self.reviewed = self._after(self.submitted, 2)
        self.forwarded = self._after(self.submitted, 3)
        self.answered = self._after(self.forwarded, example.used)
        self.row = Proposal(
            public_id=rng.public_id(),
            number=number,
            author=author,
            title=example.title,
            topic=example.topic,
            situation=example.situation,
            wish=example.wish,
            joinable=example.stage == "submitted",
            intake=example.intake,
            taken_by=None if example.intake == "online" else self.officers[0],
            at=self.submitted,
            submitted_at=self.submitted,
            last_submitted_at=self.submitted,
            is_demo=True,
        )

    def _after(self, moment: dt.datetime, days: int) -> dt.datetime:
        """Return a moment in the office hours `days` working days after `moment`, never after yesterday."""
        return self.rng.moment(min(self.dataset.due(moment.date(), days), self.dataset.ago(1)), 9, 17)

    def write(self, authors: list[Any]) -> None:
        """Insert all rows of the example."""
        example, row = self.example, self.row
        is_answered = example.stage in ("answered", "published")
        if example.stage != "submitted":
            row.reviewed_by, row.reviewed_at = self.officers[0], self.reviewed
        row.state = {"submitted": P.SUBMITTED, "accepted": P.REVIEWED, "forwarded": P.FORWARDED}.get(
            example.stage, P.ANSWERED
        )
        if example.stage in ("submitted", "accepted"):
            row.due_on = self.dataset.due(self.submitted.date(), REVIEW_DAYS)
        if is_answered:
            row.answered_at = self.answered
            if example.rating:
                row.rating, row.rated_at = example.rating, min(self.answered + dt.timedelta(hours=5), self._limit())
            if example.rating and all(state != "open" for _what, _day, state in example.promises):
                row.state, row.closed_at = P.CLOSED, row.rated_at
        (self.row,) = insert([row])
        self._steps(is_answered)
        self._signers(authors)
        if is_answered or example.stage == "forwarded":
            self._referral(is_answered)
        if example.stage == "published":
            self._publication(authors)

    def _limit(self):
        return clock.at(self.dataset.today) - dt.timedelta(minutes=1)

    def _steps(self, is_answered):
        officer = self.officers[0]
        lines = [(self.submitted, "提出", "", self.row.author)]
        if self.example.intake == "phone":
            lines.append((self.submitted, "电话里提出，办公室代记", "区委统战部", officer))
        if self.example.stage != "submitted":
            lines.append((self.reviewed, "审核通过，准备转给能办的单位", "区委统战部", officer))
        if is_answered or self.example.stage == "forwarded":
            lines.append((self.forwarded, f"转给{self.unit}", "区委统战部", officer))
        if is_answered:
            lines.append((self.answered, f"答复，用了 {self.example.used} 个工作日", self.unit.name, None))
        if self.example.former:
            asked, corrected = self._corrected()
            result = Result(self.example.result).label
            lines.append((asked, f"请{self.unit}更正答复：{self.example.former[1]}", "区委统战部", officer))
            lines.append((corrected, f"更正了答复：{result}", self.unit.name, None))
        insert(
            [
                ProposalStep(proposal=self.row, at=at, text=text, unit=unit, by=by, is_demo=True)
                for at, text, unit, by in lines
            ]
        )

    def _corrected(self):
        """Return when the department was asked to correct its answer, and when it did."""
        return self._after(self.answered, 1), self._after(self.answered, 2)

    def _correction(self, referral):
        former, reason = self.example.former
        asked, corrected = self._corrected()
        insert(
            [
                AnswerCorrection(
                    referral=referral,
                    reason=reason,
                    asked_by=self.officers[0],
                    asked_at=asked,
                    answer=former,
                    result=self.example.result,
                    corrected_at=corrected,
                    is_demo=True,
                )
            ]
        )

    def _signers(self, authors):
        people = [one for one in self.rng.sample(authors, self.example.signers + 1) if one != self.row.author]
        insert(
            [
                CoSigner(
                    public_id=self.rng.public_id(),
                    proposal=self.row,
                    user=one,
                    shows_name=False,
                    at=self.submitted,
                    decided_at=self.submitted,
                    is_demo=True,
                )
                for one in people[: self.example.signers]
            ]
        )

    def _referral(self, is_answered):
        example, today = self.example, self.dataset.today
        due_on = self.dataset.due(self.forwarded.date(), ANSWER_DAYS)
        referral = Referral(
            public_id=self.rng.public_id(),
            proposal=self.row,
            department=self.unit,
            forwarded_by=self.officers[0],
            forwarded_at=self.forwarded,
            first_due_on=due_on,
            due_on=due_on,
            is_demo=True,
        )
        if example.used > ANSWER_DAYS:
            referral.extra_days, referral.extended_by = 5, self.officers[1]
            referral.extension_reason, referral.extended_at = "牵涉管线，要和几个单位一起看", self.forwarded
            referral.due_on = self.dataset.due(self.forwarded.date(), ANSWER_DAYS + 5)
        if is_answered:
            referral.state, referral.answer, referral.result = "answered", example.answer, example.result
            referral.answered_at, referral.reminders = self.answered, 3
        else:
            total = max(1, workdays.workdays_between(self.forwarded.date(), due_on, self.dataset.exceptions))
            spent = workdays.workdays_between(self.forwarded.date(), today, self.dataset.exceptions)
            referral.reminders = sum(spent >= total * share for share in REMIND_AT)
            referral.late_at = self._limit() if due_on < today else None
        (referral,) = insert([referral])
        ended = self.answered if is_answered else None
        link = {
            "made_by": self.officers[0],
            "made_at": self.forwarded,
            "ends_at": self.forwarded + dt.timedelta(days=45),
        }
        insert([ReferralLink(public_id=self.rng.public_id(), referral=referral, ended_at=ended, **link)])
        if not is_answered:
            Proposal.objects.filter(pk=self.row.pk).update(due_on=referral.due_on)
        if example.former:
            self._correction(referral)
        self._promises(referral)

    def _promises(self, referral):
        insert(
            [
                Promise(
                    public_id=self.rng.public_id(),
                    referral=referral,
                    what=what,
                    due_on=self._day(days),
                    first_due_on=self._day(days),
                    state=state,
                    done_on=self._day(days - 2) if state == "done" else None,
                    note="按时做到" if state == "done" else "",
                    reminded_on=self.dataset.ago(1) if state == "open" and self._is_soon(self._day(days)) else None,
                    is_public=self.example.stage == "published",
                    is_demo=True,
                )
                for what, days, state in self.example.promises
            ]
        )

    def _day(self, days):
        return self.dataset.today + dt.timedelta(days=days)

    def _is_soon(self, day):
        return workdays.workdays_between(self.dataset.today, day, self.dataset.exceptions) <= REMIND_BEFORE

    def _publication(self, authors):
        example = self.example
        checked = min(self.answered + dt.timedelta(days=6), self._limit())
        (edition,) = insert(
            [
                ProposalEdition(
                    public_id=self.rng.public_id(),
                    proposal=self.row,
                    department=self.unit,
                    topic=example.topic,
                    title=example.title,
                    situation=example.situation,
                    wish=example.wish,
                    answer=example.answer,
                    result=example.result,
                    answered_on=self.answered.date(),
                    working_days=example.used,
                    state="published",
                    cleaned_by=self.officers[0],
                    cleaned_at=checked - dt.timedelta(hours=6),
                    checked_by=self.officers[1],
                    checked_at=checked,
                    published_at=checked,
                    is_demo=True,
                )
            ]
        )
        people = self.rng.sample(authors, min(len(authors), 9 + 4 * example.signers))
        insert([Follower(edition=edition, user=one, at=checked, is_demo=True) for one in people])


def _of_member(dataset: Dataset, rng: RandomSource, member: Any, numbers: dict[int, int]) -> None:
    """Create a proposal of the member that was returned, and a draft."""
    day = rng.moment(dataset.ago(9), 8, 20)
    numbers[day.year] = numbers.get(day.year, 0) + 1
    common = {"author": member, "is_demo": True}
    returned = Proposal(
        public_id=rng.public_id(),
        number=f"JY{day:%Y}-{numbers[day.year]:04d}",
        title="路口多一个红绿灯",
        topic="traffic",
        situation="早上过马路要等很久。",
        wish="装一个红绿灯。",
        state=P.RETURNED,
        advice="请写清是哪个路口、什么时候、大约多少人过马路。",
        at=day,
        submitted_at=day,
        reviewed_by=dataset.personas["district"],
        reviewed_at=rng.moment(dataset.ago(6), 9, 17),
        **common,
    )
    draft = Proposal(
        public_id=rng.public_id(),
        title="基地里放一台充值机",
        topic="traffic",
        situation="充值点在两公里外。",
        wish="在基地放一台自助机。",
        at=rng.moment(dataset.ago(3), 8, 20),
        **common,
    )
    returned, _draft = insert([returned, draft])
    insert(
        [
            ProposalStep(proposal=returned, at=day, text="提出", by=member, is_demo=True),
            ProposalStep(
                proposal=returned,
                at=returned.reviewed_at,
                text=f"退回修改：{returned.advice}",
                unit="区委统战部",
                by=returned.reviewed_by,
                is_demo=True,
            ),
        ]
    )
