"""Due dates of requests through everything that moves them, against dates counted by hand and a day-by-day oracle.

Each row is a life of a request: what happened on which day. It is played through the actions on real rows, so that the stored
due date is compared, not only the pure count (tests/services/test_reckoning.py). domain.md rule 9, requirements G19, U15.
"""

import datetime as dt
import random

import pytest

from chengyang import clock
from chengyang.lib.chinese import workdays
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import actions as staff
from chengyang.platform.workdays import deadlines
from chengyang.platform.workdays.models import WorkdayException
from services import actions, clock_drawing, due
from services.models import Request
from tests import personas

pytestmark = pytest.mark.django_db
YEARS = (2024, 2025, 2026)  # whose holidays are announced; 2027 is not
NOTICE = {"name": "放假", "source": "国办发明电〔2026〕9号"}
D = dt.date

# name → (what happened, due date counted by hand on the calendar). `off` and `on` are entries of the table of holidays.
LIVES = {
    "plain weeks": ([("asked", D(2025, 3, 3))], D(2025, 3, 12)),
    "over Spring Festival with two worked weekends": ([("asked", D(2025, 1, 23))], D(2025, 2, 8)),
    "complex over Spring Festival": ([("asked", D(2025, 1, 22)), ("complex", D(2025, 1, 24))], D(2025, 2, 20)),
    "over National Day with two worked weekends": ([("asked", D(2025, 9, 26))], D(2025, 10, 13)),
    "received on a worked Sunday": ([("asked", D(2025, 9, 28))], D(2025, 10, 14)),
    "received in the holidays": ([("asked", D(2025, 10, 3))], D(2025, 10, 16)),
    "over the end of a year": ([("asked", D(2024, 12, 27))], D(2025, 1, 8)),
    "paused over Spring Festival": (
        [("asked", D(2025, 1, 23)), ("question", D(2025, 1, 26)), ("reply", D(2025, 2, 6))],
        D(2025, 2, 12),
    ),
    "paused over National Day": (
        [("asked", D(2025, 9, 26)), ("question", D(2025, 9, 29)), ("reply", D(2025, 10, 9))],
        D(2025, 10, 15),
    ),
    "paused over the end of a year": (
        [("asked", D(2024, 12, 30)), ("question", D(2024, 12, 31)), ("reply", D(2025, 1, 2))],
        D(2025, 1, 10),
    ),
    "paused twice": (
        [
            *[("asked", D(2025, 3, 3)), ("question", D(2025, 3, 5)), ("reply", D(2025, 3, 6))],
            *[("question", D(2025, 3, 10)), ("reply", D(2025, 3, 12))],
        ],
        D(2025, 3, 17),
    ),
    "asked and replied on one day": (
        [("asked", D(2025, 3, 3)), ("question", D(2025, 3, 5)), ("reply", D(2025, 3, 5))],
        D(2025, 3, 12),
    ),
    "extended by five": ([("asked", D(2025, 3, 3)), ("extended", D(2025, 3, 6), 5)], D(2025, 3, 19)),
    "extended and paused": (
        [
            ("asked", D(2025, 3, 3)),
            ("extended", D(2025, 3, 6), 5),
            ("question", D(2025, 3, 7)),
            ("reply", D(2025, 3, 11)),
        ],
        D(2025, 3, 21),
    ),
    "reopened": (
        [("asked", D(2025, 3, 3)), ("answered", D(2025, 3, 5)), ("reopened", D(2025, 3, 10))],
        D(2025, 3, 19),
    ),
    "reopened after a pause of the first round": (
        [
            *[("asked", D(2025, 3, 3)), ("question", D(2025, 3, 4)), ("reply", D(2025, 3, 6))],
            *[("answered", D(2025, 3, 7)), ("reopened", D(2025, 3, 10))],
        ],
        D(2025, 3, 19),
    ),
    "complex later": ([("asked", D(2025, 3, 3)), ("complex", D(2025, 3, 5))], D(2025, 3, 26)),
    "a holiday that is announced later": (
        [("asked", D(2025, 3, 3)), ("off", D(2025, 3, 4), D(2025, 3, 7))],
        D(2025, 3, 13),
    ),
    "a worked Saturday moves nothing": (
        [("asked", D(2025, 3, 3)), ("on", D(2025, 3, 4), D(2025, 3, 8))],
        D(2025, 3, 12),
    ),
    "a holiday that is announced during a pause": (
        [
            *[("asked", D(2025, 3, 3)), ("question", D(2025, 3, 4)), ("off", D(2025, 3, 5), D(2025, 3, 10))],
            ("reply", D(2025, 3, 6)),
        ],
        D(2025, 3, 17),
    ),
    "into a year without a table": ([("asked", D(2026, 12, 28))], D(2027, 1, 7)),
    "in a year without a table": ([("asked", D(2027, 4, 28))], D(2027, 5, 11)),
    "a table that is entered later": (
        [("asked", D(2027, 1, 28)), *[("off", D(2027, 1, 29), D(2027, 2, day)) for day in (4, 11, 12)]],
        D(2027, 2, 17),
    ),
}


class Play:
    """A request whose life is played; `happen` does one thing on its day."""

    def __init__(self, settings):
        self.settings = settings
        self.member, self.leader = personas.make("member"), personas.make("leader")
        self.district = personas.make("district")
        self.request = None
        rows = workdays.seed_exceptions(list(YEARS))
        WorkdayException.objects.bulk_create(
            WorkdayException(date=day.date, is_workday=day.is_workday, name="x", source="x") for day in rows
        )

    def happen(self, what, day, *more):
        self.settings.PORTAL_CLOCK = clock.at(day, dt.time(9))
        if self.request is not None:
            self.request = Request.objects.get(pk=self.request.pk)
        getattr(self, what)(*more)
        self.request.refresh_from_db()

    def asked(self):
        self.request = actions.submit_request(actor=self.member, title="劳务合同", text="请看", team=personas.team())

    def question(self):
        actions.ask_author(self.request, actor=self.leader, text="按条？", pauses=True, pause_reason="先弄清")

    def reply(self):
        actions.add_message(self.request, actor=self.member, text="按条")

    def extended(self, days):
        row = actions.ask_extension(self.request, actor=self.leader, days=days, reason="要问")
        actions.grant_extension(row, actor=self.district)

    def complex(self):
        """Let the office take it back, find it complex and give it to the team again."""
        Request.objects.filter(pk=self.request.pk).update(team=None)
        row = Request.objects.get(pk=self.request.pk)
        actions.route_request(row, actor=self.district, team=personas.team(), is_complex=True)

    def answered(self):
        actions.answer_request(self.request, actor=self.leader, answer="好")

    def reopened(self):
        actions.reopen_request(self.request, actor=self.member, reason="没有")

    def off(self, day):
        staff.set_exception(actor=self.district, date=day, is_workday=False, **NOTICE)

    def on(self, day):
        staff.set_exception(actor=self.district, date=day, is_workday=True, **NOTICE)


def oracle(life):
    """Return the due date of `life`, with sets and single days only; what was promised is never moved to an earlier day."""
    table = {day.date: day.is_workday for day in workdays.seed_exceptions([*YEARS, 2027])}
    start, total, still, promised, asked = None, 7, set(), None, None
    for what, day, *more in life:
        if what in ("asked", "reopened"):
            start, still, promised = day, set(), None
            total = 15 if is_complex(life, day) else 7
        elif what == "complex":
            start, total = day, 15
        elif what == "extended":
            total += more[0]
        elif what == "question":
            asked = day
        elif what == "reply":
            still |= {asked + dt.timedelta(n) for n in range(1, (day - asked).days + 1)}
            asked = None
        elif what in ("off", "on"):
            table[more[0]] = what == "on"
        if asked is None and what != "answered":
            counted = count_days(start, total, still, table)
            promised = max(counted, promised) if promised else counted
    return promised


def is_complex(life, day):
    return any(what == "complex" and when <= day for what, when, *_more in life)


def count_days(start, total, still, table):
    day, found = start, 0
    while found < total:
        day += dt.timedelta(1)
        works = table.get(day, day.isoweekday() < 6)
        found += works and day not in still
    return day


@pytest.fixture
def play(settings, reference):
    return Play(settings)


@pytest.mark.parametrize("name", LIVES)
def test_the_stored_date_is_the_one_counted_by_hand(play, name):
    life, by_hand = LIVES[name]
    for event in life:
        play.happen(*event)
    assert play.request.due_on == by_hand
    assert oracle(life) == by_hand


@pytest.mark.parametrize("name", LIVES)
def test_the_page_counts_to_the_stored_date_and_shows_every_day(play, name):
    for event in LIVES[name][0]:
        play.happen(*event)
    drawn = clock_drawing.clock_of(play.request, clock.today())
    cells = {cell.date: cell.kind for week in drawn.weeks for cell in week}
    assert cells[play.request.due_on] in ("due", "end")
    last = due.due_of(play.request)
    assert last <= play.request.due_on
    assert (last < play.request.due_on) == any("不往前挪" in sentence for sentence in drawn.sentences)


def random_life(rng):
    """Return a life of up to six events between 2024 and the middle of 2026, in an order that the actions allow."""
    day = D(2024, 1, 2) + dt.timedelta(rng.randrange(850))
    life, is_asked, pauses, is_extended = [("asked", day)], False, 0, False
    for _event in range(rng.randrange(1, 6)):
        day += dt.timedelta(rng.choice((0, 0, 1, 1, 2, 3, 5)))
        due_on = oracle([event for event in life if not (is_asked and event == life[-1])])
        if is_asked:
            life.append(("reply", day))
            is_asked = False
        elif day >= due_on:
            break
        else:
            what = rng.choice(("question", "extended", "off", "complex"))
            if what == "question" and pauses < 2:
                life.append(("question", day))
                is_asked, pauses = True, pauses + 1
            elif what == "extended" and not is_extended:
                life.append(("extended", day, rng.choice((1, 5, 15))))
                is_extended = True
            elif what == "off":
                free = day + dt.timedelta(rng.randrange(1, 9))
                life.append(("off", day, free))
            elif what == "complex" and not is_complex(life, day) and not is_extended and not pauses:
                life.append(("complex", day))
    if is_asked:
        life.append(("reply", day + dt.timedelta(rng.randrange(12))))
    return life


@pytest.mark.parametrize("seed", range(24))
def test_random_lives_end_on_the_day_of_the_oracle(play, seed):
    life = random_life(random.Random(seed))
    for event in life:
        play.happen(*event)
    assert play.request.due_on == oracle(life), life


@pytest.mark.parametrize(("name", "is_provisional"), [("plain weeks", False), ("into a year without a table", True)])
def test_a_date_in_a_year_without_a_table_says_so(play, name, is_provisional):
    for event in LIVES[name][0]:
        play.happen(*event)
    assert deadlines.is_provisional(play.request.due_on) == is_provisional
    drawn = clock_drawing.clock_of(play.request, clock.today())
    assert drawn.ends.startswith("暂定") == is_provisional


def test_a_table_that_is_entered_later_notifies_all_who_work_on_it_and_the_author(play):
    play.happen("asked", D(2027, 1, 28))
    law = personas.team(slug="falv", name="法律服务队", field="law")
    lawyer = personas.user("lawyer")
    law.posts.create(person=personas.person("高晗", account=lawyer), kind="leader", starts=personas.STARTED)
    share = actions.ask_for_help(play.request, actor=play.leader, team=law)
    actions.accept_share(share, actor=lawyer)
    play.happen("off", D(2027, 1, 29), D(2027, 2, 4))
    notified = Notice.objects.filter(kind="services/request_due_moved").values_list("user", flat=True)
    assert sorted(notified) == sorted([play.member.pk, play.leader.pk, lawyer.pk])
