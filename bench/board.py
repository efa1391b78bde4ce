"""How long the board and its reports take: `.venv/bin/python bench/board.py [--persons 1000000]`.

On the large demonstration of `growth.py` (a later run on the same day uses it again) it measures the board of the district, cold (a figure
has changed, nothing is kept in memory) and when nothing changed, of this year, of other periods (cold: in the year itself nothing
has changed), and of one that nobody has opened yet; counting what one change of each kind has marked; counting all figures anew; how old a
board can be after a write; and the yearly report with its Excel file in a process of its own. Beside them stand a page
of the staff site that reads next to nothing, and the plain count of one metric from the records, so that the ratios mean
something on another machine. The exit code is 1 above a goal.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from database import with_database  # beside this file; it also puts the project on the path
from growth import databases, switch_to
from pages import PLAIN_STATIC, browser_of

COLD, WARM = 300, 30  # milliseconds of the board of the district
OLDEST = 60  # seconds
REPORT, MEMORY = 60, 400  # seconds and MB of the yearly report
FIRST = 5_000  # milliseconds of a board that nobody has opened in this period: different persons are counted from the records
PERIODS = ("2025", "2026-05", "2018-2023")
ROUNDS = 9  # the best of them counts, because the machine does other things too
BOARD, PLAIN = "/manage/board/", "/manage/absence/"


def main():
    from django.conf import settings
    from django.test import override_settings

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--persons", type=int, default=1_000_000)
    options.add_argument("--report", default="", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    storages = {**settings.STORAGES, "staticfiles": PLAIN_STATIC}
    with (
        tempfile.TemporaryDirectory() as home,
        override_settings(STAFF_MFA=False, STORAGES=storages, CHENGYANG_HOME=Path(home)),
    ):
        if chosen.report:
            print(json.dumps(report(chosen.report)))
            return 0
        _small, large = databases(chosen.persons)
        switch_to(large)
        return measure(large)


def measure(large):
    from chengyang.portal.board import keeping

    rebuilt = seconds(keeping.rebuild)
    browser = browser_of("district")
    plain = min(request(browser, PLAIN) for _ in range(ROUNDS))
    cold = min(after_a_change(browser) for _ in range(ROUNDS))
    request(browser, BOARD)
    warm = min(request(browser, BOARD) for _ in range(ROUNDS))
    others = [(code, *other_period(browser, code)) for code in PERIODS]
    changes = {name: after(do) for name, do in CHANGES.items()}
    one = max(changes.values())
    counted = seconds(count_records)
    made = separately(large)
    from chengyang.portal.board.extensions import EVERY

    lines = [
        ("board, cold", cold * 1000, COLD, "ms", f"{cold / plain:.1f} × a plain page"),
        ("board, nothing changed", warm * 1000, WARM, "ms", f"{warm / plain:.1f} × a plain page"),
        *((f"board {code}, cold", cold * 1000, COLD, "ms", "") for code, _first, cold in others),
        *((f"board {code}, first", first * 1000, FIRST, "ms", "") for code, first, _cold in others),
        ("board, oldest", EVERY + one, OLDEST, "s", ", ".join(f"{n} {s * 1000:.0f} ms" for n, s in changes.items())),
        (
            "yearly report",
            made["seconds"],
            REPORT,
            "s",
            f"{made['seconds'] / counted:.1f} × one figure counted from records",
        ),
        ("yearly report", made["memory"], MEMORY, "MB", ""),
    ]
    print(
        f"all figures counted anew: {rebuilt:.1f} s; a plain page: {plain * 1000:.1f} ms; one figure from records: {counted:.2f} s"
    )
    for label, value, goal, unit, words in lines:
        print(f"{label:24}{value:9.1f} {unit:3} ({value / goal:5.2f} of the goal {goal})  {words}")
    return int(any(value > goal for _label, value, goal, _unit, _words in lines))


def seconds(do):
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def request(browser, path):
    """Return the seconds that a page takes in this process."""
    began = time.perf_counter()
    answer = browser.get(path)
    taken = time.perf_counter() - began
    assert answer.status_code == 200, (path, answer.status_code)
    return taken


def change():
    """Change one outcome, as an officer who corrects its amount does."""
    from django.db.models import F

    from services.models import Outcome

    row = Outcome.objects.filter(state="checked", amount__isnull=False).latest("happened_on")
    Outcome.objects.filter(pk=row.pk).update(amount=F("amount") + 1)


def change_person():
    """Move one person to another subdistrict."""
    from chengyang.platform.accounts.models import Subdistrict
    from members.models import Person

    row = Person.objects.filter(state="active").latest("registered_on")
    other = Subdistrict.objects.exclude(pk=row.subdistrict_id).first()
    Person.objects.filter(pk=row.pk).update(subdistrict=other)


def change_membership():
    """Let one member leave today."""
    from chengyang import clock
    from organizations.models import Membership

    row = Membership.objects.filter(state="active", joined_on__lt=clock.today()).latest("pk")
    Membership.objects.filter(pk=row.pk).update(left_on=clock.today(), state="left")


def change_checkin():
    """Take one check-in of this year without hours away."""
    from activities.models import CheckIn
    from chengyang import clock

    rows = CheckIn.objects.filter(service=None, signup__activity__starts__year=clock.today().year)
    rows.filter(pk=rows.latest("pk").pk).delete()


CHANGES = {"outcome": change, "person": change_person, "membership": change_membership, "check-in": change_checkin}


def after(do):
    """Return the seconds that counting takes after a change."""
    from chengyang.portal.board import keeping

    keeping.refresh()
    do()
    return seconds(keeping.refresh)


def after_a_change(browser, path=BOARD):
    """Return the seconds of the board after a figure has changed and been counted, with nothing of it in memory."""
    from chengyang.platform.web import fragments
    from chengyang.portal.board import keeping

    request(browser, PLAIN)
    change()
    keeping.refresh()
    fragments.clear_values()
    return request(browser, path)


def other_period(browser, code):
    """Return the seconds of the board of a period that nobody has opened yet, and after a change outside of it."""
    from chengyang.portal.board.models import PeriodFigure

    PeriodFigure.objects.all().delete()
    path = f"{BOARD}?period={code}"
    first = after_a_change(browser, path)
    return first, min(after_a_change(browser, path) for _ in range(3))


def count_records():
    """Count one metric from its records, without what is kept: for the time that a figure takes."""
    from chengyang import extensions
    from chengyang.portal.board import periods

    extensions.metric("representatives_attending").of(None, periods.this_year().period)


def separately(large):
    """Return seconds and memory of the yearly report in a process of its own."""
    command = [sys.executable, __file__, "--report", large]
    return json.loads(
        subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=os.environ).stdout.splitlines()[-1]
    )


def report(database):
    """Make the report of last year about the district with its records, and return its seconds and the memory of the process."""
    from chengyang import clock
    from chengyang.platform.accounts.models import User
    from chengyang.platform.jobs import runner
    from chengyang.platform.web import hints
    from chengyang.portal.board import actions, periods, report_contents
    from chengyang.portal.board.word import word_file

    hints.send = lambda *args, **options: None  # no worker takes the job
    switch_to(database)
    officer = User.objects.get(email="district@demo.invalid")
    began = time.perf_counter()
    job = actions.ask_for_report(None, periods.parse(str(clock.today().year - 1)), actor=officer)
    job = runner.work_on(job, 3600)
    assert job.state == "done", job.message
    word_file(str(job.report), report_contents.blocks(job.report.contents, ""))
    taken = time.perf_counter() - began
    return {"seconds": taken, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    sys.exit(with_database(__file__, main))
