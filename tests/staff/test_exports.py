"""Lists out of the staff site as sheets: every list, its rows and nothing else, typed cells, purpose, second officer."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.contrib import admin
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts import alarms
from chengyang.platform.accounts.models import Role
from chengyang.platform.audit.models import Entry, Reading
from chengyang.platform.jobs import results, runner
from chengyang.platform.jobs.models import Job
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import export_actions, export_columns, list_exports
from chengyang.platform.staff.export_admin import AgreeToExport
from chengyang.platform.staff.models import ListExport
from chengyang.platform.web import hints
from members.models import Person
from tests import personas
from tests.staff_pages import decide

pytestmark = pytest.mark.django_db
PERSONS = "/manage/members/person/export/"
BASES = "/manage/bases/base/export/"
FORM = {"file_format": "xlsx", "purpose": "contact", "note": "座谈会通知", "numbers_note": ""}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(hints, "send", lambda *args, **options: None)


@pytest.fixture
def people(reference):
    """Three persons of 夏庄, and one of 流亭, with numbers."""
    liuting = personas.Subdistrict.objects.get(name="流亭街道")
    day = dt.date(2026, 9, 1)
    made = [
        personas.person(name, unit="=1+1", phone=f"+861540000700{n}", registered_on=day, job="@经理")
        for n, name in enumerate(["陈桂兰", "李雷", "周予安"])
    ]
    return [*made, personas.person("流亭人", subdistrict=liuting, phone="+8615400007009", registered_on=day)]


def finished(job):
    while runner.work():
        pass
    job.refresh_from_db()
    assert job.state == "done", job.message
    return job


def book_of(job):
    return openpyxl.load_workbook(io.BytesIO(b"".join(results.result(job))))


def table_of(job):
    """Return (header, rows) of the second sheet."""
    header, *rows = book_of(job).worksheets[1].iter_rows(values_only=True)
    return list(header), [list(row) for row in rows]


def codes_of(model):
    return [column.code for column in export_columns.columns_of(admin.site._registry[model])]


def export(browser, url, columns, **form):
    """Ask for an export and return the answer; the file is written when the jobs have run."""
    return browser.post(url, {**FORM, "columns": columns, **form})


def exported(browser, url, columns, **form):
    answer = export(browser, url, columns, **form)
    assert answer.status_code == 302, answer.context["form"].errors
    return finished(Job.objects.latest("pk"))


# ---- contents -------------------------------------------------------------------------------------------------------
def test_a_list_is_exported_with_typed_cells(client_of, district, people):
    columns = ["name", "masked_phone", "unit", "subdistrict", "registered_on", "job"]
    job = exported(client_of(district), PERSONS, columns)
    assert table_of(job) == (
        ["姓名", "手机", "工作所在街道", "工作单位", "入册日期", "做什么工作"],
        [
            [
                person.name, f"尾号 {person.phone_last4}", str(person.subdistrict), person.unit,
                dt.datetime(2026, 9, 1), person.job or None,
            ]
            for person in Person.objects.filter(pk__in=[p.pk for p in people]).order_by("name_key")
        ],
    )  # fmt: skip


def test_the_sheet_has_a_frozen_header_widths_and_a_filter(client_of, district, people):
    sheet = book_of(exported(client_of(district), PERSONS, ["name", "registered_on"])).worksheets[1]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B5")
    assert sheet.column_dimensions["A"].width > 15
    assert sheet["B2"].number_format == "yyyy-mm-dd"


def test_no_cell_is_a_formula(client_of, district, people):
    sheet = book_of(exported(client_of(district), PERSONS, ["name", "unit", "job"])).worksheets[1]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}
    assert kinds == {"s"}
    assert sheet["B2"].value == "=1+1"


def test_csv_has_the_mark_and_neutral_cells(client_of, district, people):
    job = exported(client_of(district), PERSONS + "?q=陈桂兰", ["name", "unit", "job"], file_format="csv")
    text = b"".join(results.result(job))
    assert text == "\ufeff姓名,工作单位,做什么工作\r\n陈桂兰,'=1+1,'@经理\r\n".encode()


def test_the_first_sheet_says_who_when_why_which_and_how_many(client_of, district, people):
    area = personas.Subdistrict.objects.get(name="夏庄街道").pk
    job = exported(client_of(district), f"{PERSONS}?subdistrict__id__exact={area}&q=周", ["name"])
    lines = dict(row[:2] for row in book_of(job).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert district.public_id in lines["导出人"]
    assert lines["用途"] == "联系本人，通知活动和会议：座谈会通知"
    assert "夏庄街道" in lines["条件"]
    assert "搜索：周" in lines["条件"]
    assert (lines["条数"], lines["名单"]) == ("1", "人士")
    assert lines["时间"].startswith(f"{clock.today():%Y-%m-%d}")


def test_rows_match_filters_and_search(client_of, district, people):
    job = exported(client_of(district), PERSONS + "?q=李雷", ["name"])
    assert table_of(job)[1] == [["李雷"]]


def test_rows_are_read_in_batches_in_the_order_of_the_list(client_of, district, people, monkeypatch):
    monkeypatch.setattr(list_exports, "BATCH", 2)
    browser = client_of(district)
    listed = [person.name for person in browser.get("/manage/members/person/").context["cl"].result_list]
    assert [row[0] for row in table_of(exported(browser, PERSONS, ["name"]))[1]] == listed


def test_rows_carry_a_key_and_a_version_if_asked(client_of, district, people):
    browser, found = client_of(district), []
    for _ in range(2):
        _header, rows = table_of(exported(browser, PERSONS + "?q=李雷", ["name", "unit"], with_keys="on"))
        found.append(rows[0])
        Person.objects.filter(pk=people[1].pk).update(unit="换了单位")
    assert [row[0] for row in found] == [people[1].public_id] * 2
    assert found[0][1] != found[1][1]


def test_a_small_list_about_nobody_is_sent_at_once(client_of, district):
    personas.base()
    answer = export(client_of(district), BASES, ["name", "level"])
    job = Job.objects.get()
    assert answer["Location"] == reverse("admin:jobs_job_result", args=[job.public_id])
    assert table_of(job)[1] == [["夏新连心驿站", "社区基地"]]


# ---- purpose and numbers --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("form", "field"),
    [({"purpose": ""}, "purpose"), ({"purpose": "other", "note": ""}, "note"), ({"columns": []}, "columns")],
)
def test_what_is_missing_is_said_at_its_field(client_of, district, people, form, field):
    answer = client_of(district).post(PERSONS, {**FORM, "columns": ["name"], **form})
    assert answer.status_code in (400, 409)
    assert list(answer.context["form"].errors) == [field]
    assert not ListExport.objects.exists()


def test_a_list_about_nobody_has_no_question_for_the_purpose(client_of, district):
    form = client_of(district).get(BASES).context["form"]
    assert not {"purpose", "note", "numbers_note"} & set(form.fields)


def test_numbers_are_whole_for_those_who_may_read_them_and_say_why(client_of, xiazhuang, people):
    masked = exported(client_of(xiazhuang), PERSONS + "?q=李雷", ["masked_phone"])
    whole = exported(client_of(xiazhuang), PERSONS + "?q=李雷", ["masked_phone"], numbers_note="逐个电话通知")
    assert [table_of(job)[1] for job in (masked, whole)] == [[["尾号 7001"]], [["15400007001"]]]


def test_numbers_stay_masked_for_those_who_may_not_read_them(client_of, leader, people):
    team = personas.team()
    team.posts.create(person=people[0], kind="volunteer", starts=personas.STARTED)
    job = exported(client_of(leader), PERSONS + "?q=陈桂兰", ["masked_phone"], numbers_note="电话")
    assert table_of(job)[1] == [["尾号 7000"]]


def test_a_phone_is_text(client_of, xiazhuang, people):
    job = exported(client_of(xiazhuang), PERSONS + "?q=李雷", ["masked_phone"], numbers_note="电话")
    cell = book_of(job).worksheets[1]["A2"]
    assert (cell.data_type, cell.number_format) == ("s", "@")


# ---- who reads of it ------------------------------------------------------------------------------------------------
def test_each_person_reads_that_their_data_was_exported(client_of, district, people):
    exported(client_of(district), PERSONS, ["name"])
    found = Reading.objects.filter(verb="list.exported", actor_id=district.pk, subject="members.Person")
    assert set(found.values_list("person", flat=True)) == {person.public_id for person in people}


def test_an_export_without_personal_columns_concerns_nobody(client_of, district, people):
    signups = admin.site._registry[personas.Membership]
    assert [column.code for column in export_columns.columns_of(signups) if not column.personal]
    answer = export(client_of(district), "/manage/organizations/membership/export/", ["organization"], purpose="")
    assert answer.status_code == 302
    assert not Reading.objects.filter(verb="list.exported").exists()


def test_an_export_is_in_the_audit_with_its_columns_and_purpose(client_of, district, people):
    exported(client_of(district), PERSONS, ["name", "unit"])
    entry = Entry.objects.get(verb="list.exported")
    assert (entry.actor, entry.subject, entry.fields, entry.reason) == (
        district.public_id, "members.Person", ["name", "unit"], "contact",
    )  # fmt: skip


@pytest.mark.parametrize(("most", "alarms_raised"), [(4, 1), (5, 0)])
def test_unusually_many_exported_persons_are_an_alarm(
    client_of, district, secadmin, people, monkeypatch, most, alarms_raised
):
    monkeypatch.setattr(alarms, "PERSONS_EXPORTED", alarms.Watch("persons-exported", most, "accounts/alarm_exported"))
    exported(client_of(district), PERSONS, ["name"])
    assert Notice.objects.filter(user=secadmin, kind="accounts/alarm_exported").count() == alarms_raised


def test_exports_of_a_day_are_added_up_for_the_alarm(client_of, district, secadmin, people, monkeypatch):
    monkeypatch.setattr(alarms, "PERSONS_EXPORTED", alarms.Watch("persons-exported", 8, "accounts/alarm_exported"))
    for _ in range(2):
        exported(client_of(district), PERSONS, ["name"])
    assert Notice.objects.filter(user=secadmin, kind="accounts/alarm_exported").count() == 1


# ---- the second officer ---------------------------------------------------------------------------------------------
@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(list_exports, "LARGE", 2)


@pytest.fixture
def waiting(client_of, xiazhuang, people, large):
    """An export of three persons by 夏庄, which waits; its page."""
    answer = export(client_of(xiazhuang), PERSONS, ["name"])
    return answer["Location"]


def test_a_large_export_waits_for_a_second_officer(waiting):
    found = ListExport.objects.get()
    assert (found.state, found.job, Job.objects.count()) == ("waiting", None, 0)


def test_another_officer_agrees_and_it_starts_for_who_asked(client_of, waiting, district, xiazhuang):
    assert decide(client_of(district), waiting, {"choice": "agree"}).status_code == 302
    job = Job.objects.get()
    assert job.owner == xiazhuang
    assert len(table_of(finished(job))[1]) == 3
    assert Notice.objects.filter(user=xiazhuang, kind="staff/export_agreed").count() == 1
    assert Entry.objects.filter(verb="export.agreed", actor=district.public_id).count() == 1


def test_who_asked_does_not_agree(waiting, xiazhuang):
    with pytest.raises(NotAllowed):
        export_actions.agree_to_export(ListExport.objects.get(), actor=xiazhuang)


def test_a_refusal_has_a_reason_that_who_asked_reads(client_of, waiting, district, xiazhuang):
    decide(client_of(district), waiting, {"choice": "refuse", "reason": "用途没有写清楚。"})
    assert "用途没有写清楚。" in Notice.objects.get(user=xiazhuang, kind="staff/export_refused").body
    assert not Job.objects.exists()


def test_who_asked_withdraws(client_of, waiting, xiazhuang):
    decide(client_of(xiazhuang), waiting, {"choice": "withdraw"})
    assert ListExport.objects.get().state == "withdrawn"


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_decides_on_an_export_of_a_subdistrict(waiting, name):
    actor, found = personas.make(name), ListExport.objects.get()
    waits = list(AgreeToExport().waiting(actor))
    if name in ("district", "district_2"):
        assert waits == [found]
        assert export_actions.agree_to_export(found, actor=actor).state == "started"
    else:
        assert waits == []
        with pytest.raises(NotAllowed):
            export_actions.agree_to_export(found, actor=actor)


def test_a_colleague_of_the_same_subdistrict_decides(waiting, reference):
    colleague = personas.user("xiazhuang_2")
    colleague.roles.create(kind=Role.Kind.SUBDISTRICT, subdistrict=reference, starts=personas.STARTED)
    assert list(AgreeToExport().waiting(colleague)) == [ListExport.objects.get()]


def test_a_list_that_grew_beyond_the_limit_is_not_exported_without_a_second_officer(
    client_of, xiazhuang, people, monkeypatch
):
    export(client_of(xiazhuang), PERSONS + "?q=李雷", ["name"])
    Job.objects.all().delete()
    found = export_actions.ask_for_export(
        "members.Person", "", {**FORM, "columns": ["name"], "with_keys": False}, actor=xiazhuang
    )
    monkeypatch.setattr(list_exports, "LARGE", 2)
    while runner.work():
        pass
    found.job.refresh_from_db()
    assert (found.job.state, found.job.has_result) == ("failed", False)


def test_an_export_that_nobody_answers_ends_and_its_filters_are_emptied(waiting, settings):
    ListExport.objects.update(query="q=王", conditions="搜索：王")
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=8)
    export_actions.end_old_exports()
    assert ListExport.objects.values_list("state", "query", "conditions").get() == ("withdrawn", "q=王", "搜索：王")
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=8)
    export_actions.end_old_exports()
    assert ListExport.objects.values_list("query", "conditions").get() == ("", "")


# ---- scope ----------------------------------------------------------------------------------------------------------
def test_a_subdistrict_exports_its_own_persons_only(client_of, liuting, people):
    assert table_of(exported(client_of(liuting), PERSONS, ["name"]))[1] == [["流亭人"]]


def test_who_lost_the_role_meanwhile_gets_nothing(client_of, xiazhuang, people):
    found = export_actions.ask_for_export(
        "members.Person", "", {**FORM, "columns": ["name"], "with_keys": False}, actor=xiazhuang
    )
    xiazhuang.roles.update(ends=clock.today())
    while runner.work():
        pass
    found.job.refresh_from_db()
    assert (found.job.state, found.job.has_result) == ("failed", False)


def test_a_list_that_an_officer_does_not_have_is_not_exported(client_of, editor, people):
    assert client_of(editor).get(PERSONS).status_code == 404
    with pytest.raises(NotAllowed):
        export_actions.ask_for_export(
            "members.Person", "", {**FORM, "columns": ["name"], "with_keys": False}, actor=editor
        )


def test_a_filter_that_means_nothing_goes_back_to_the_whole_list(client_of, district):
    assert client_of(district).get(PERSONS + "?category__id__exact=x").status_code == 302
    with pytest.raises(ActionError):
        list_exports.rows_of(admin.site._registry[Person], district, "category__id__exact=x")


def test_every_column_has_a_header_in_chinese():
    headers = {
        str(column.header)
        for model_admin in admin.site._registry.values()
        for column in export_columns.columns_of(model_admin)
    }
    assert {header for header in headers if not re.search("[\u4e00-\u9fff]", header)} == set()
