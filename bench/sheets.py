"""How fast a list is exported, beside xlsxwriter writing the same cells: `.venv/bin/python bench/sheets.py [--rows 68000]`.

The portal has to run (`up` or `dev`) for its servers; the rows are made in a database of its own, which is dropped at the end.
Each way runs in a process of its own, so that memory is that of a worker. Printed are ratios; the exit code is 1 below a goal.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
MOST_TIMES = 2.0  # times what xlsxwriter takes for the same cells
MOST_MEMORY = 300  # MB
PERSONS = 5_000
ROUNDS = 3  # of both ways in turn; the best of each counts, because the machine does other things too
COLUMNS = [
    "who",
    "activity",
    "state",
    "position",
    "at",
    "public_id",
    "activity__starts",
    "person__unit",
    "person__subdistrict",
]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=68_000)
    options.add_argument("--measure", choices=["ours", "plain"], help=argparse.SUPPRESS)
    options.add_argument("--database", default="", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, chosen.database)))
        return 0
    return compare(chosen.rows)


def compare(rows):
    start()
    from chengyang.devtools.test_databases import TestDatabases

    databases = TestDatabases("sheets")
    databases.open()
    try:
        fill(rows)
        found = {way: [] for way in ("plain", "ours")}
        for _ in range(ROUNDS):
            for way, results in found.items():
                results.append(separately(way, databases.copy))
    finally:
        databases.close()
    return report(rows, found)


def report(rows, found):
    plain, ours = (min(result["seconds"] for result in found[way]) for way in ("plain", "ours"))
    memory = max(result["memory"] for result in found["ours"])
    times = ours / plain
    print(f"export of {rows:,} rows, {len(COLUMNS)} columns: {ours:.1f} s; xlsxwriter alone {plain:.1f} s")
    print(f"{'time':8}{times:6.2f} times xlsxwriter   (at most {MOST_TIMES})")
    print(f"{'memory':8}{memory:6.0f} MB                 (at most {MOST_MEMORY})")
    return int(times > MOST_TIMES or memory > MOST_MEMORY)


def separately(way, database):
    """Return what `measure` finds in a new process."""
    command = [sys.executable, __file__, "--measure", way, "--database", database]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True, env=os.environ).stdout)


def start(database=""):
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.db import connection

    if database:
        connection.settings_dict["NAME"] = database


def fill(rows):
    """Make `rows` sign-ups of PERSONS persons for as many activities as that takes."""
    from django.db import connection

    from activities.models import Signup
    from members.models import Person
    from tests import personas
    from tests.activities import factories

    personas.reference()
    one = personas.person("某某")
    same = {"category": one.category, "subdistrict": one.subdistrict, "unit": one.unit}
    names = (f"测试{number:05}" for number in range(PERSONS))
    people = Person.objects.bulk_create([Person(name=name, **same) for name in names], batch_size=1000)
    while rows > 0:
        activity = factories.published(title=f"活动{rows}", capacity=None)
        chosen = enumerate(people[:rows], start=1)
        signups = [Signup(activity=activity, person=person, state="confirmed", position=n) for n, person in chosen]
        rows -= len(Signup.objects.bulk_create(signups, batch_size=1000))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure(way, database):
    start(database)
    sheet, export = export_of()
    seconds = plain(sheet) if way == "plain" else ours(export)
    return {"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def export_of():
    from chengyang.platform.staff import export_actions, list_exports
    from chengyang.platform.staff.models import ListExport
    from chengyang.platform.web import hints
    from tests import personas

    hints.send = lambda *args, **options: None
    asker, second = personas.make("district"), personas.make("district_2")
    data = {
        "columns": COLUMNS,
        "file_format": "xlsx",
        "with_keys": False,
        "purpose": "report",
        "note": "",
        "numbers_note": "",
    }
    export = export_actions.ask_for_export("activities.Signup", "", data, actor=asker)
    if export.state == "waiting":
        export = export_actions.agree_to_export(export, actor=second)
    return list_exports.sheet_of(ListExport.objects.get(pk=export.pk), asker), export


def ours(export):
    from chengyang.platform.jobs import runner

    began = time.perf_counter()
    job = runner.work_on(export.job, seconds=3600)
    seconds = time.perf_counter() - began
    assert job.state == "done", job.message
    return seconds


def plain(sheet):
    """Return the seconds that xlsxwriter takes for the cells of `sheet`, which are in memory before."""
    import tempfile

    import xlsxwriter

    from chengyang.platform.sheets.columns import Kind

    cells = [sheet.cells(row) for row in sheet.rows.order_by(*sheet.order)]
    kinds = [column.kind for column in sheet.columns]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        book = xlsxwriter.Workbook(f"{folder}/plain.xlsx", {"constant_memory": True})
        page = book.add_worksheet()
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, row in enumerate(cells):
            for place, value in enumerate(row):
                if value is None:
                    continue
                if kinds[place] == Kind.MOMENT:
                    page.write_datetime(number, place, value, moment)
                elif isinstance(value, str):
                    page.write_string(number, place, value)
                else:
                    page.write_number(number, place, value)
        book.close()
        return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
