"""How fast lists go out and sheets come in: `.venv/bin/python bench/sheets.py [--part export|import] [--rows 68000]`.

An export is measured beside xlsxwriter writing the same cells; an import of 50,000 members, of whom some are in the roll already,
beside openpyxl reading the file: its preview with the difference, and writing it through the actions. The portal has to run (`up` or `dev`) for its servers; the rows are made in a database of its own, which is dropped at the end.
Each way runs in a process of its own, so that memory is that of a worker. Printed are ratios; the exit code is 1 below a goal.
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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
MOST_TIMES = 2.0  # times what xlsxwriter takes for the same cells
MOST_MEMORY = 300  # MB
MOST_PREVIEW, MOST_WRITING = 1.0, 6.0  # times what openpyxl takes to read the same file
IMPORTED, KNOWN = 50_000, 10_000  # rows of the sheet, and how many of them are members already
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
    options.add_argument("--part", choices=["export", "import"], help="only this part")
    options.add_argument("--measure", choices=["ours", "plain", "incoming", "openpyxl"], help=argparse.SUPPRESS)
    options.add_argument("--database", default="", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, chosen.database)))
        return 0
    start()
    failed = 0
    if chosen.part != "import":
        found = compare(lambda: fill(chosen.rows), ("plain", "ours"), ROUNDS)
        failed |= report(chosen.rows, found)
    if chosen.part != "export":
        with tempfile.TemporaryDirectory() as folder:
            os.environ["SHEET"] = f"{folder}/roll.xlsx"
            found = compare(fill_roll, ("openpyxl", "incoming"), 1)  # once: it writes the rows
        failed |= report_import(found)
    return failed


def compare(prepare, ways, rounds):
    """Return way → what was measured in each round, in a database of its own that `prepare` fills."""
    from chengyang.devtools.test_databases import TestDatabases

    databases = TestDatabases("sheets")
    databases.open()
    try:
        prepare()
        found = {way: [] for way in ways}
        for _ in range(rounds):
            for way, results in found.items():
                results.append(separately(way, databases.copy))
        return found
    finally:
        databases.close()


def report(rows, found):
    plain, ours = (min(result["seconds"] for result in found[way]) for way in ("plain", "ours"))
    memory = max(result["memory"] for result in found["ours"])
    times = ours / plain
    print(f"export of {rows:,} rows, {len(COLUMNS)} columns: {ours:.1f} s; xlsxwriter alone {plain:.1f} s")
    print(f"{'time':8}{times:6.2f} times xlsxwriter   (at most {MOST_TIMES})")
    print(f"{'memory':8}{memory:6.0f} MB                 (at most {MOST_MEMORY})")
    return int(times > MOST_TIMES or memory > MOST_MEMORY)


def report_import(found):
    plain = min(result["seconds"] for result in found["openpyxl"])
    ours = {part: min(result[part] for result in found["incoming"]) for part in ("preview", "writing")}
    ours |= {part: max(result[part] for result in found["incoming"]) for part in ("memory", "reader")}
    preview, writing, memory = ours["preview"] / plain, ours["writing"] / plain, ours["memory"]
    print(
        f"import of {IMPORTED:,} rows: preview {ours['preview']:.1f} s, writing {ours['writing']:.1f} s; "
        f"openpyxl reads the file in {plain:.1f} s"
    )
    print(f"{'preview':8}{preview:6.2f} times openpyxl     (at most {MOST_PREVIEW})")
    print(f"{'writing':8}{writing:6.2f} times openpyxl     (at most {MOST_WRITING})")
    print(
        f"{'memory':8}{memory:6.0f} MB                 (at most {MOST_MEMORY}; the reader of the file {ours['reader']:.0f} MB)"
    )
    return int(preview > MOST_PREVIEW or writing > MOST_WRITING or memory > MOST_MEMORY)


def separately(way, database):
    """Return what `measure` finds in a new process."""
    command = [sys.executable, __file__, "--measure", way, "--database", database]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=os.environ).stdout)


def start(database=""):
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.VAULT_KEYS = os.environ.setdefault(
        "BENCH_KEYS", settings.VAULT_KEYS
    )  # the rows are found by a keyed index
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
    if way in ("incoming", "openpyxl"):
        return (incoming if way == "incoming" else read_with_openpyxl)()
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


# ---- sheets that come in --------------------------------------------------------------------------------------------
def names():
    """Return the names and numbers of IMPORTED persons."""
    family, given = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "海宁知夏文博映月书棠言卓若谷怀景洲砚"
    found = [f"{a}{b}{c}" for a in family for b in given for c in given]
    return [(found[n % len(found)], f"154{n:08}") for n in range(IMPORTED)]


def fill_roll():
    """Make IMPORTED persons and ten organizations, of which KNOWN are members."""
    import datetime as dt

    from django.db import connection

    from members.models import Person
    from organizations.models import Membership, Organization
    from tests import personas

    personas.reference()
    one = personas.person("某某")
    same = {"category": one.category, "subdistrict": one.subdistrict, "unit": one.unit}
    people = [Person(name=name, phone=f"+86{phone}", **same) for name, phone in names()]
    people = Person.objects.bulk_create(people, batch_size=1000)
    base = {
        "level": "subdistrict",
        "subdistrict": one.subdistrict,
        "state": "founded",
        "founded_on": dt.date(2019, 1, 1),
    }
    organizations = [Organization.objects.create(name=f"联谊会{n}", slug=f"roll{n}", **base) for n in range(10)]
    Path(os.environ["SHEET"]).write_bytes(sheet_of_members())
    Membership.objects.bulk_create(
        [
            Membership(person=person, organization=organizations[n % 10], state="active", joined_on=dt.date(2020, 1, 1))
            for n, person in enumerate(people[:KNOWN])
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def sheet_of_members():
    """Return the workbook: a quarter of the known members is unchanged, the others have another day."""
    import datetime as dt

    from tests.imports.workbooks import book

    head = ["姓名", "手机号", "组织", "入会日期", "单位", "职务", "地址", "备注"]
    days = [dt.date(2020, 1, 1), dt.date(2021, 3, 5), dt.date(2022, 4, 6), dt.date(2023, 5, 7)]
    rows = [
        [
            name,
            phone,
            f"联谊会{n % 10}",
            days[n % 4],
            "青岛沐野精密机械有限公司",
            "会员",
            "城阳区夏庄街道",
            "纸质登记表转录",
        ]
        for n, (name, phone) in enumerate(names())
    ]
    return book([head, *rows])


def read_with_openpyxl():
    import openpyxl

    began = time.perf_counter()
    page = openpyxl.load_workbook(os.environ["SHEET"]).active
    assert sum(1 for _row in page.iter_rows(values_only=True)) == IMPORTED + 1
    return {"seconds": time.perf_counter() - began}


def incoming():
    from django.core.files.uploadedfile import SimpleUploadedFile

    from chengyang.platform.imports import actions
    from chengyang.platform.jobs import runner
    from chengyang.platform.web import hints
    from tests import personas

    hints.send = lambda *args, **options: None
    actor = personas.make("district")
    upload = SimpleUploadedFile("roll.xlsx", Path(os.environ["SHEET"]).read_bytes())
    began = time.perf_counter()
    owner = actions.start_import("memberships", upload, actor=actor)
    job = runner.work_on(owner.job, seconds=3600)
    preview = time.perf_counter() - began
    assert job.state == "done", job.message
    owner.refresh_from_db()
    print(owner.counts, file=sys.stderr)
    began = time.perf_counter()
    owner = actions.write_import(owner, whole=False, note="核对", actor=actor)
    job = runner.work_on(owner.job, seconds=3600)
    writing = time.perf_counter() - began
    assert job.state == "done", job.message
    owner.refresh_from_db()
    print(owner.results, file=sys.stderr)
    # Not `ru_maxrss`: it begins with the memory of the process that started this one, which has made the rows.
    used = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"preview": preview, "writing": writing, "memory": used, "reader": reader}


if __name__ == "__main__":
    sys.exit(main())
