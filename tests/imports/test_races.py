"""Imports at the same moment, on real connections (docs/style.md rule 22), and a worker that is killed (`kill -9`)."""

import datetime as dt
import signal

import pytest

from chengyang.errors import ActionError
from chengyang.platform.audit.models import Entry
from chengyang.platform.imports import actions, reading
from chengyang.platform.imports.models import Import
from chengyang.platform.imports.states import ImportState
from chengyang.platform.jobs import runner
from chengyang.platform.notices.models import Notice
from organizations import actions as org_actions
from organizations.models import Membership
from tests.jobs.test_races import at_once, worker

from .conftest import upload, work
from .test_memberships import HEAD, NEW_ROWS, member
from .workbooks import book

pytestmark = pytest.mark.django_db(transaction=True)


def refused(call):
    """Return what `call` returned, or the code of its refusal."""
    try:
        return call()
    except ActionError as error:
        return error.code


def test_of_two_writings_of_one_sheet_at_once_one_begins_and_nothing_is_double(people, district, district_2):
    data = book(NEW_ROWS)  # once: a workbook holds the second in which it was made
    sheets = [upload("memberships", data, actor=actor) for actor in (district, district_2)]
    found = at_once(
        *[
            lambda sheet=sheet: refused(lambda: actions.write_import(sheet, whole=False, actor=sheet.owner) and "begun")
            for sheet in sheets
        ]
    )
    assert sorted(found) == ["again", "begun"]
    work()
    late = Import.objects.get(state=ImportState.PREVIEW)
    actions.write_import(late, whole=False, actor=late.owner)
    work()
    late.refresh_from_db()
    assert (late.results, Membership.objects.count()) == ({"left": 3}, 3)


def test_two_sheets_with_the_same_rows_at_once_make_no_doubles(people, district, district_2):
    """The sheets differ in a title, so that only the locks of the rows keep them apart."""
    sheets = [
        upload("memberships", book([[title], *NEW_ROWS]), actor=actor)
        for title, actor in (("甲", district), ("乙", district_2))
    ]
    for sheet in sheets:
        actions.write_import(sheet, whole=False, actor=sheet.owner)
    jobs = [Import.objects.get(pk=sheet.pk).job for sheet in sheets]
    at_once(*[lambda job=job: runner.work_on(job, 60) for job in jobs])
    results = [Import.objects.get(pk=sheet.pk).results for sheet in sheets]
    assert sorted(results, key=str) == [{"left": 3}, {"made": 3}]
    assert Membership.objects.count() == 3


def test_an_edit_while_the_sheet_is_written_is_not_lost(people, district, district_2):
    """Whoever is first, the other sees it: the edit is refused nothing, and the import never overwrites it."""
    (first, *_), organization = people
    known = member(first, organization)
    for day in range(1, 6):
        owner = upload(
            "memberships", book([HEAD, ["陈桂兰", None, "夏庄联谊会", dt.date(2025, 1, day)]]), actor=district
        )
        actions.write_import(owner, whole=False, note="核对", actor=district)
        job = Import.objects.get(pk=owner.pk).job
        edited = dt.date(2024, 1, day)

        def edit(edited=edited):
            org_actions.correct_membership(known, joined_on=edited, left_on=None, reason="核对", actor=district_2)

        at_once(lambda job=job: runner.work_on(job, 60), edit)
        known.refresh_from_db()
        owner.refresh_from_db()
        assert known.joined_on == edited  # the edit was last, or the import found it and left it alone
        former = set(known.history.values_list("joined_on", flat=True))
        assert owner.results == ({"changed": 1} if dt.date(2025, 1, day) in former else {"refused": 1})


def test_a_worker_that_is_killed_while_it_writes_leaves_nothing_half_done_and_nothing_double(
    people, district, monkeypatch, settings
):
    monkeypatch.setattr(reading, "BLOCK", 1)
    owner = upload("memberships", book(NEW_ROWS), actor=district)
    owner = actions.write_import(owner, whole=False, actor=district)
    with worker("1", module="tests.imports.worker") as process:
        assert process.stdout.readline() == "wrote block 1\n"
        process.send_signal(signal.SIGKILL)
    assert Membership.objects.count() == 1  # the first block; the second was not committed
    settings.PORTAL_CLOCK = owner.job.created_at + dt.timedelta(minutes=5)
    work()
    owner = Import.objects.get(pk=owner.pk)
    assert (owner.state, owner.results) == (ImportState.WRITTEN, {"made": 3})
    assert sorted(Membership.objects.values_list("person__name", flat=True)) == ["周予安", "李雷", "韩梅梅"]
    assert Entry.objects.filter(verb="membership.added").count() == 3
    assert Notice.objects.filter(kind="organizations/membership_added").count() == 3


def test_two_sheets_with_the_same_new_persons_at_once_make_one_record_each(people, district, district_2):
    """The second sheet waits for the numbers of the first, in whatever order they stand, and finds the records there."""
    head = ["姓名", "手机号", "类别", "街道", "单位"]
    rows = [
        [name, f"1540000740{n}", "新媒体从业人员", "夏庄", "沐野公司"]
        for n, name in enumerate(["王芳", "赵敏", "孙强"])
    ]
    sheets = [
        upload("persons", book([[actor.name], head, *order]), actor=actor)
        for actor, order in ((district, rows), (district_2, rows[::-1]))
    ]
    for sheet in sheets:
        actions.write_import(sheet, whole=False, actor=sheet.owner)
    at_once(*[lambda sheet=sheet: runner.work_on(Import.objects.get(pk=sheet.pk).job, 60) for sheet in sheets])
    assert sorted((Import.objects.get(pk=sheet.pk).results for sheet in sheets), key=str) == [{"left": 3}, {"made": 3}]
    assert Notice.objects.filter(kind="members/please_confirm").count() == 3
