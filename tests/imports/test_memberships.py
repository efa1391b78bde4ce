"""The roll of an organization read in: what is new, what changes, what is refused, and what is written."""

import datetime as dt
import io

import openpyxl
import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import import_kinds
from chengyang.platform.audit.models import Entry, Reading
from chengyang.platform.imports import actions, marked, reading, steps
from chengyang.platform.imports.models import Import, ImportPart
from chengyang.platform.imports.states import ImportState
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.jobs import results, runner
from chengyang.platform.staff import export_actions
from chengyang.platform.web import content
from organizations import actions as org_actions
from organizations.imports import MembershipImport
from organizations.models import Membership
from tests import libreoffice

from .conftest import rows_of, upload, work, write
from .workbooks import book

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "手机号", "组织", "入会日期"]
DAY = dt.date(2026, 3, 5)


def member(person, organization, **fields):
    return Membership.objects.create(person=person, organization=organization, state="active", joined_on=DAY, **fields)


def test_the_whole_path(people, district):
    (first, second, *_), organization = people
    known = member(first, organization)
    rows = [
        HEAD,
        ["陈桂兰", "15400007100", "夏庄联谊会", dt.date(2026, 4, 1)],
        ["李雷", 15400007101, "夏庄联谊会", "2026.5"],
        ["没有人", "15400007999", "夏庄联谊会", None],
    ]
    owner = upload("memberships", book(rows), actor=district)
    assert (owner.state, owner.counts) == (ImportState.PREVIEW, {"changed": 1, "new": 1, "refused": 1})
    assert rows_of(owner, "refused")[4].cells[0].why == "名册里没有这个姓名和手机号的人。"
    owner = write(owner, actor=district)
    assert (owner.state, owner.results) == (ImportState.WRITTEN, {"changed": 1, "made": 1})
    known.refresh_from_db()
    assert known.joined_on == dt.date(2026, 4, 1)
    assert Membership.objects.get(person=second).joined_on == dt.date(2026, 5, 1)
    assert set(Entry.objects.filter(verb__startswith="membership").values_list("verb", flat=True)) == {
        "membership.added",
        "membership.corrected",
    }
    assert work() is None


# ---- what is refused ------------------------------------------------------------------------------------------------
def refusals(rows, *, actor, head=HEAD):
    """Return number → sentences of the refused rows of a sheet."""
    found = rows_of(upload("memberships", book([head, *rows]), actor=actor), "refused")
    return {
        n: [cell.why for cell in row.cells if cell.why] + ([row.why] if row.why else []) for n, row in found.items()
    }


def test_two_persons_of_one_name_or_one_number_are_not_guessed(people, district):
    from tests import personas

    personas.person("李雷", phone="+8615400007201")
    personas.person("王芳", phone="+8615400007101")
    rows = [["李雷", None, "夏庄联谊会"], ["李雷", "15400007101", "夏庄联谊会"], ["王芳", "尾号 7101", "夏庄联谊会"]]
    assert refusals(rows, actor=district, head=HEAD[:3]) == {2: ["有 2 位同名，请写手机号。"]}


def test_a_second_row_about_the_same_person_is_refused(people, district):
    rows = [["李雷", "15400007101", "夏庄联谊会"], ["周予安", None, "夏庄联谊会"], ["李雷", None, "夏庄联谊会"]]
    assert refusals(rows, actor=district, head=HEAD[:3]) == {4: ["和表里第 2 行说的是同一项，只留一行。"]}


def test_a_duplicate_is_found_in_another_block(people, district, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK", 1)
    monkeypatch.setattr(steps, "BLOCKS_OF_STEP", 1)
    rows = [["李雷", None, "夏庄联谊会"], ["李雷", "15400007101", "夏庄联谊会"]]
    assert refusals(rows, actor=district, head=HEAD[:3]) == {3: ["和表里第 2 行说的是同一项，只留一行。"]}


def test_rows_outside_the_scope_are_refused_and_nothing_is_written(people, liuting):
    rows = [["李雷", "15400007101", "夏庄联谊会", None], ["李雷", None, "流亭联谊会", None]]
    assert refusals(rows, actor=liuting) == {
        2: ["没有“夏庄联谊会”这个组织，或者不归你管。"],
        3: ["名册里没有这个人，或者不归你管。"],
    }
    with pytest.raises(ActionError) as refusal:
        write(Import.objects.get(), actor=liuting)
    assert refusal.value.code == "nothing"
    assert Membership.objects.filter(person__name="李雷").count() == 0


def test_an_officer_without_a_list_may_not_import_it(people, auditor, stranger):
    for actor in (auditor, stranger):
        with pytest.raises(NotAllowed):
            upload("memberships", book([HEAD, ["李雷"]]), actor=actor)


def test_a_role_that_has_ended_writes_nothing_more(people, xiazhuang):
    owner = upload("memberships", book([HEAD[:3], ["李雷", None, "夏庄联谊会"]]), actor=xiazhuang)
    actions.write_import(owner, whole=False, note="", actor=xiazhuang)
    xiazhuang.roles.all().delete()
    content.changed()
    work()
    owner.refresh_from_db()
    assert (owner.state, Membership.objects.filter(person__name="李雷").count()) == (ImportState.PAUSED, 0)


# ---- round trip -----------------------------------------------------------------------------------------------------
def exported(actor, columns=("person", "organization", "state", "joined_on", "left_on", "phone", "person__unit")):
    """Return the rows of an export of the memberships with keys, header first."""
    data = {
        "columns": columns,
        "file_format": "xlsx",
        "with_keys": True,
        "purpose": "check",
        "note": "",
        "numbers_note": "",
    }
    export = export_actions.ask_for_export("organizations.Membership", "", data, actor=actor)
    job = runner.work_on(export.job, seconds=60)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(results.result(job)))).worksheets[1]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def roll(people):
    """Two members, in the order of the export."""
    persons, organization = people
    return [member(person, organization) for person in persons[:3]]


def line_of(rows, name):
    return next(row for row in rows if name in row)


def test_an_export_that_comes_back_unchanged_changes_nothing(roll, district):
    owner = upload("memberships", book(exported(district)), actor=district)
    assert owner.counts == {"same": 3}


def test_only_the_edited_cells_change_and_what_others_edited_stays(roll, district):
    rows = exported(district)
    place = rows[0].index("入会日期")
    Membership.objects.filter(pk=roll[1].pk).update(joined_on=dt.date(2026, 9, 9))  # by somebody else, meanwhile
    line_of(rows, "陈桂兰")[place] = dt.date(2026, 1, 1)
    owner = write(upload("memberships", book(rows), actor=district), actor=district)
    assert owner.results == {"changed": 1}
    days = dict(Membership.objects.values_list("person__name", "joined_on"))
    assert days == {"陈桂兰": dt.date(2026, 1, 1), "李雷": dt.date(2026, 9, 9), "周予安": DAY}


def conflicting(roll, district):
    """Return an import in which 李雷 was edited in the sheet and meanwhile in the portal, and 陈桂兰 in the sheet."""
    rows = exported(district)
    place = rows[0].index("入会日期")
    line_of(rows, "陈桂兰")[place] = line_of(rows, "李雷")[place] = dt.date(2026, 1, 1)
    Membership.objects.filter(pk=roll[1].pk).update(joined_on=dt.date(2026, 9, 9))
    return upload("memberships", book(rows), actor=district)


def test_a_row_edited_meanwhile_is_a_conflict_shown_cell_by_cell_and_not_written(roll, district):
    owner = conflicting(roll, district)
    (row,) = rows_of(owner, "clash").values()
    assert [(str(c.header), c.now, c.text) for c in row.cells if c.is_clash] == [
        ("入会日期", "2026-09-09", "2026-01-01")
    ]
    owner = write(owner, actor=district)
    roll[1].refresh_from_db()
    assert (owner.results, roll[1].joined_on) == ({"changed": 1, "refused": 1}, dt.date(2026, 9, 9))


@pytest.mark.parametrize(("side", "day"), [("sheet", dt.date(2026, 1, 1)), ("portal", dt.date(2026, 9, 9))])
def test_the_officer_decides_a_conflict(roll, district, side, day):
    owner = conflicting(roll, district)
    (number,) = rows_of(owner, "clash")
    write(actions.choose(owner, {number: side}, actor=district), actor=district)
    roll[1].refresh_from_db()
    assert roll[1].joined_on == day


def test_a_decision_holds_only_for_what_was_seen(roll, district):
    owner = conflicting(roll, district)
    (number,) = rows_of(owner, "clash")
    owner = actions.choose(owner, {number: "sheet"}, actor=district)
    Membership.objects.filter(pk=roll[1].pk).update(joined_on=dt.date(2026, 10, 10))
    write(owner, actor=district)
    roll[1].refresh_from_db()
    assert roll[1].joined_on == dt.date(2026, 10, 10)


def test_a_row_edited_between_preview_and_writing_is_not_overwritten(roll, district):
    owner = upload("memberships", book([HEAD, ["李雷", None, "夏庄联谊会", "2026-01-01"]]), actor=district)
    Membership.objects.filter(pk=roll[1].pk).update(joined_on=dt.date(2026, 9, 9))
    owner = write(owner, actor=district)
    roll[1].refresh_from_db()
    assert (owner.results, roll[1].joined_on) == ({"refused": 1}, dt.date(2026, 9, 9))


def test_the_key_of_a_row_is_not_used_for_another_person(roll, district):
    rows = exported(district)
    line_of(rows, "李雷")[rows[0].index("人士")] = "韩梅梅"
    owner = upload("memberships", book(rows), actor=district)
    assert [c.why for row in rows_of(owner, "refused").values() for c in row.cells if c.why] == [
        "和行编号说的不是同一项。"
    ]


# ---- all or nothing, stopping, taking back --------------------------------------------------------------------------
NEW_ROWS = [HEAD[:3], ["李雷", None, "夏庄联谊会"], ["周予安", None, "夏庄联谊会"], ["韩梅梅", None, "夏庄联谊会"]]


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(reading, "BLOCK", 1)


def test_all_or_nothing_is_refused_while_a_row_is(people, district):
    owner = upload("memberships", book([*NEW_ROWS, ["没有人", None, "夏庄联谊会"]]), actor=district)
    with pytest.raises(ActionError) as refusal:
        actions.write_import(owner, whole=True, actor=district)
    assert refusal.value.code == "whole"


def test_all_or_nothing_writes_nothing_when_a_row_has_moved(people, district, small_blocks):
    _persons, organization = people
    owner = upload("memberships", book(NEW_ROWS), actor=district)
    type(organization).objects.filter(pk=organization.pk).update(state="suspended", suspended_on=clock.today())
    owner = write(owner, actor=district, whole=True)
    assert (owner.state, owner.message) == (ImportState.PREVIEW, "第 2 行：这个组织现在不吸收会员。一行也没有写。")
    assert Membership.objects.count() == 0


def test_all_or_nothing_takes_back_what_was_written_when_a_row_fails_in_the_middle(
    people, district, small_blocks, monkeypatch
):
    """The check before has passed; then the third row fails while it is written."""
    owner = upload("memberships", book(NEW_ROWS), actor=district)
    create = MembershipImport.create

    def failing(self, rows, *, actor, note):
        if rows[0].values["person"] == "韩梅梅":
            return [ActionError("不行。", code="no")]
        return create(self, rows, actor=actor, note=note)

    monkeypatch.setattr(MembershipImport, "create", failing)
    owner = write(owner, actor=district, whole=True)
    assert (owner.state, owner.message) == (ImportState.UNDONE, "第 4 行：不行。已全部撤回，和原来一样。")
    assert Membership.objects.count() == 0
    assert "不行" not in owner.job.message  # a reason may name somebody; the line of a job is kept for ninety days


def test_good_rows_are_written_without_those_that_fail(people, district):
    owner = write(
        upload("memberships", book([*NEW_ROWS, ["没有人", None, "夏庄联谊会"]]), actor=district), actor=district
    )
    assert (owner.results, Membership.objects.count()) == ({"made": 3}, 3)


def one_step(owner):
    """Do one step of the job of `owner`."""
    job = runner.claim(owner.job_id)
    runner.step(job)
    runner._release(job)


@pytest.mark.parametrize("whole", [False, True])
def test_a_cancelled_import_can_go_on_or_has_taken_all_back(people, district, small_blocks, whole):
    owner = upload("memberships", book(NEW_ROWS), actor=district)
    owner = actions.write_import(owner, whole=whole, actor=district)
    for _ in range(5 if whole else 1):
        one_step(owner)
    assert Membership.objects.count() == 1
    jobs.cancel(owner.job, actor=district)
    work()
    owner = Import.objects.get(pk=owner.pk)
    if whole:
        assert (owner.state, Membership.objects.count()) == (ImportState.UNDONE, 0)
        return
    assert owner.state == ImportState.PAUSED
    owner = write(owner, actor=district)
    assert (owner.state, owner.results, Membership.objects.count()) == (ImportState.WRITTEN, {"made": 3}, 3)


def test_taking_back_leaves_what_somebody_has_changed_or_depends_on(roll, district, people):
    persons, organization = people
    rows = [
        HEAD,
        ["陈桂兰", None, "夏庄联谊会", "2026-01-01"],
        ["李雷", None, "夏庄联谊会", "2026-01-01"],
        ["韩梅梅", None, "夏庄联谊会", None],
    ]
    owner = write(upload("memberships", book(rows), actor=district), actor=district)
    Membership.objects.filter(pk=roll[0].pk).update(joined_on=dt.date(2026, 2, 2))
    org_actions.appoint(organization, person=persons[3], kind="director", starts=clock.today(), actor=district)
    actions.undo_import(owner, actor=district)
    work()
    owner.refresh_from_db()
    assert (owner.state, owner.message) == (ImportState.UNDONE, "已撤回，2 行后来有了变化，留着没有动。")
    days = dict(Membership.objects.values_list("person__name", "joined_on"))
    assert (days["陈桂兰"], days["李雷"], "韩梅梅" in days) == (dt.date(2026, 2, 2), DAY, True)
    left = {row.number: row.left for code in ("changed", "new") for row in rows_of(owner, code).values() if row.left}
    assert left == {2: "后来又有人改过入会日期，没有改回。", 4: "已经担任职务，先卸任。"}


def test_an_import_is_taken_back_for_thirty_days(people, district, settings):
    owner = write(upload("memberships", book(NEW_ROWS), actor=district), actor=district)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=29)
    actions.empty_old()
    assert Import.objects.get(pk=owner.pk).can_be_undone
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=2)
    with pytest.raises(ActionError) as refusal:
        actions.undo_import(owner, actor=district)
    assert refusal.value.code == "undo"


# ---- what is kept ---------------------------------------------------------------------------------------------------
def test_the_sheet_is_encrypted_and_deleted_after_seven_days_and_the_results_after_thirty(people, district, settings):
    owner = write(upload("memberships", book(NEW_ROWS), actor=district), actor=district)
    assert not any("李雷".encode() in bytes(part.data) for part in ImportPart.objects.all())
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=8)
    actions.empty_old()
    assert set(ImportPart.objects.values_list("place", flat=True)) == {"result"}
    assert Import.objects.get(pk=owner.pk).headers == []
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=30)
    actions.empty_old()
    assert not ImportPart.objects.exists()
    assert Import.objects.get(pk=owner.pk).emptied_at


def test_a_sheet_with_refused_columns_is_deleted_at_once(people, district):
    owner = upload("memberships", book([[*HEAD, "宗教信仰"], ["李雷", None, "夏庄联谊会", None, "x"]]), actor=district)
    assert (owner.state, ImportPart.objects.count()) == (ImportState.REFUSED, 0)
    assert "“宗教信仰”" in owner.message


def test_whose_data_was_compared_is_recorded(roll, district):
    upload("memberships", book([HEAD, ["陈桂兰", None, "夏庄联谊会", None]]), actor=district)
    assert list(Reading.objects.filter(verb="sheet.read").values_list("person", flat=True)) == [
        roll[0].person.public_id
    ]


MARKED = [["夏庄名册"], HEAD, ["李雷", "1.54E+10", "夏庄联谊会", None], ["没有人", None, "夏庄联谊会", None]]


def marked_sheet(owner, actor):
    job = runner.work_on(actions.mark(owner, actor=actor), seconds=60)
    return openpyxl.load_workbook(io.BytesIO(b"".join(results.result(job)))).worksheets[0]


def test_the_marked_sheet_keeps_its_look_and_names_each_problem_at_its_cell(people, district):
    def colour(made, page):
        page.write(1, 0, "姓名", made.add_format({"bg_color": "#123456"}))

    sheet = marked_sheet(upload("memberships", book(MARKED, prepare=colour), actor=district), district)
    lost = "手机号：表格把数字改成了科学记数，丢了几位。请把这一列设成“文本”，重新填写。"
    assert (sheet["A1"].value, sheet["A2"].fill.fgColor.rgb) == ("夏庄名册", "FF123456")
    assert (sheet["B3"].comment.text, sheet["B3"].value, sheet["E3"].value) == (lost, "1.54E+10", lost)
    assert sheet["A4"].comment.text == sheet["E4"].value == "姓名：名册里没有这个人，或者不归你管。"


def test_a_sheet_of_another_format_is_marked_in_a_new_workbook(people, district):
    text = "\r\n".join(",".join(cell or "" for cell in row) for row in MARKED[1:])
    sheet = marked_sheet(upload("memberships", text.encode("gbk"), actor=district, name="会员.csv"), district)
    assert sheet["B2"].comment.text == "表格把数字改成了科学记数，丢了几位。请把这一列设成“文本”，重新填写。"
    assert sheet["A3"].comment.text == "名册里没有这个人，或者不归你管。"
    assert sheet["E3"].value == "姓名：名册里没有这个人，或者不归你管。"


def test_a_marked_sheet_can_be_uploaded_again(people, district):
    owner = upload("memberships", book(MARKED), actor=district)
    job = runner.work_on(actions.mark(owner, actor=district), seconds=60)
    again = upload("memberships", b"".join(results.result(job)), actor=district)
    assert (again.counts, again.notes) == ({"refused": 2}, [])


def test_the_template_is_read_back_without_its_example(people, district):
    data = marked.template(MembershipImport(), district)
    book_of = openpyxl.load_workbook(io.BytesIO(data))
    assert [str(rule.sqref) for rule in book_of.worksheets[0].data_validations.dataValidation] == ["C2:C2001"]
    book_of.worksheets[0].append(["李雷", "15400007101", "夏庄联谊会"])
    out = io.BytesIO()
    book_of.save(out)
    assert upload("memberships", out.getvalue(), actor=district).counts == {"new": 1}


@libreoffice.needs("calc")
def test_libreoffice_opens_every_workbook_that_an_import_writes(people, district, tmp_path):
    """The template of each kind, a marked sheet, and an export that comes back."""
    for kind in import_kinds():
        (tmp_path / f"{kind.code}.xlsx").write_bytes(marked.template(kind, district))
    job = runner.work_on(actions.mark(upload("memberships", book(MARKED), actor=district), actor=district), seconds=60)
    (tmp_path / "marked.xlsx").write_bytes(b"".join(results.result(job)))
    expected = sorted([*(kind.code for kind in import_kinds()), "marked"])
    assert libreoffice.converted(tmp_path, "*.xlsx", "csv") == expected
