"""An import and an export of a running portal, for `test_killed_work`: `python -m tests.devtools.long_work begin|result`.

`begin` asks for both as officers do, and stops each in the middle: when it has done some of its steps, the table that the next
one writes is locked, until the input of this process ends. `result` prints what both have left behind.
"""

import io
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import django

django.setup()

import openpyxl  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from chengyang.platform.audit.models import Entry  # noqa: E402
from chengyang.platform.imports import actions  # noqa: E402
from chengyang.platform.imports.models import Import  # noqa: E402
from chengyang.platform.jobs import results  # noqa: E402
from chengyang.platform.jobs.models import Job  # noqa: E402
from chengyang.platform.notices.models import Notice  # noqa: E402
from chengyang.platform.staff import export_actions  # noqa: E402
from chengyang.platform.staff.models import ListExport  # noqa: E402
from members.models import Person  # noqa: E402
from organizations.models import Membership  # noqa: E402
from tests import personas  # noqa: E402
from tests.imports.workbooks import book  # noqa: E402

PERSONS = 12_000  # twelve steps of each
ORGANIZATION = "夏庄演示联谊会"
TIMEOUT = 120  # seconds for the worker to do some steps


def begin():
    personas.reference()
    asker, second = personas.make("district"), personas.make("district_2")
    personas.organization(name=ORGANIZATION, slug="long-work")
    roll = make_persons()
    owner = actions.start_import("memberships", SimpleUploadedFile("会员.xlsx", roll), actor=asker)
    wait(lambda: Import.objects.get(pk=owner.pk).state == "preview")
    actions.write_import(Import.objects.get(pk=owner.pk), whole=False, note="核对", actor=asker)
    asked = {"columns": ["name", "unit"], "file_format": "xlsx", "with_keys": False, "purpose": "report", "note": ""}
    export = export_actions.ask_for_export("members.Person", "", asked | {"numbers_note": ""}, actor=asker)
    wait(lambda: Import.objects.get(pk=owner.pk).job.done > 0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE organizations_membership IN SHARE ROW EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as other:  # on a connection of its own
            other.submit(export_actions.agree_to_export, export, actor=second).result()
        wait(lambda: Job.objects.filter(kind="list-export", done__gt=0).exists())
        cursor.execute("LOCK TABLE jobs_jobpart IN SHARE ROW EXCLUSIVE MODE")
        jobs = Job.objects.filter(kind__in=("sheet-write", "list-export")).order_by("kind")
        say("halted", [[job.kind, job.state, job.done, job.total] for job in jobs])
        sys.stdin.read()


def make_persons():
    """Make PERSONS persons; return the workbook with all of them as members."""
    one = personas.person("陈桂兰", phone="+8615400000000")
    same = {"category": one.category, "subdistrict": one.subdistrict, "unit": one.unit}
    names = ("".join(signs) for signs in product("王李张刘陈杨赵黄周吴", *["海宁知夏文博映月书棠言卓"] * 3))
    known = [(name, f"154{number:08}") for number, name in zip(range(1, PERSONS), names, strict=False)]
    people = [Person(name=name, phone=f"+86{phone}", **same) for name, phone in known]
    Person.objects.bulk_create(people, batch_size=1000)
    rows = [[name, phone, ORGANIZATION, "2024-03-05"] for name, phone in [("陈桂兰", "15400000000"), *known]]
    return book([["姓名", "手机号", "组织", "入会日期"], *rows])


def wait(condition):
    until = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < until, list(Job.objects.values("kind", "state", "done", "message"))
        time.sleep(0.01)


def say(word, value):
    sys.stdout.write(f"{word} {json.dumps(value)}\n")
    sys.stdout.flush()


def result():
    job = ListExport.objects.get().job
    pages = openpyxl.load_workbook(io.BytesIO(b"".join(results.result(job))))
    lists = [[row[0] for row in page.iter_rows(min_row=2, values_only=True)] for page in pages]
    names = max(lists, key=len)  # the other sheet says who asked for it, and why
    found = {
        "import": Import.objects.get().results,
        "members": Membership.objects.filter(organization__slug="long-work", state="active").count(),
        "entries": Entry.objects.filter(verb="membership.added").count(),
        "notices": Notice.objects.filter(kind="organizations/membership_added").count(),
        "exported": len(names),
        "different": len(set(names)),
        "ended": Entry.objects.filter(
            verb="job.finished", subject_id__in=[job.public_id, Import.objects.get().job.public_id]
        ).count(),
    }
    say("found", found)


if __name__ == "__main__":
    {"begin": begin, "result": result}[sys.argv[1]]()
