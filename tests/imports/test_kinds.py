"""Persons, posts, honours and outcomes read in: through the actions, within the scope, taken back."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import CheckIn
from bases.models import Honour
from chengyang.errors import ActionError
from chengyang.extensions import import_kind
from chengyang.platform.imports import actions, reading
from chengyang.platform.imports.models import Import
from chengyang.platform.imports.states import ImportState
from chengyang.platform.jobs import results, runner
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import export_actions, export_columns, list_exports
from members.models import Person
from organizations.models import Post
from services.models import Outcome
from tests import personas
from tests.activities import factories

from .conftest import rows_of, upload, work, write
from .workbooks import book

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 5)


def refusals(owner):
    return {
        number: [cell.why for cell in row.cells if cell.why] + ([row.why] if row.why else [])
        for number, row in rows_of(owner, "refused").items()
    }


def undone(owner, *, actor):
    actions.undo_import(owner, actor=actor)
    work()
    return Import.objects.get(pk=owner.pk)


# ---- persons --------------------------------------------------------------------------------------------------------
PERSON_HEAD = ["姓名", "手机号", "类别", "街道", "单位", "能帮上什么"]


def new_person(name, number, area="夏庄", category="新媒体从业人员"):
    return [name, number, category, area, "青岛澄海文化传媒有限公司", None]


def test_persons_become_records_that_wait_for_confirmation(people, xiazhuang):
    rows = [
        PERSON_HEAD,
        new_person("王芳", "15400007301"),
        new_person("赵敏", 15400007302, area="流亭街道"),
        new_person("孙强", "15400007303", category="农民"),
        new_person("李雷", "15400007101"),
        new_person("王芳", "15400007301"),
    ]
    owner = upload("persons", book(rows), actor=xiazhuang)
    assert refusals(owner) == {
        3: ["“流亭街道”不归你管。"],
        4: ["没有“农民”，请从这些里选：民营企业和外商投资企业管理技术人员、新媒体从业人员。"],
        6: ["和表里第 2 行说的是同一项，只留一行。"],
    }
    owner = write(owner, actor=xiazhuang)
    made = Person.objects.get(name="王芳")
    assert (owner.results, made.state, made.entered_by) == ({"made": 1, "changed": 1}, "unconfirmed", xiazhuang)
    assert made.phone == "+8615400007301"
    assert Notice.objects.filter(kind="members/please_confirm").count() == 1
    assert Person.objects.get(name="李雷").category.code == "new_media"
    owner = undone(owner, actor=xiazhuang)
    assert (owner.state, Person.objects.filter(name="王芳").exists()) == (ImportState.UNDONE, False)
    assert Person.objects.get(name="李雷").category.code == "enterprise"


def test_a_record_that_was_confirmed_is_not_taken_back(people, district):
    owner = write(
        upload("persons", book([PERSON_HEAD, new_person("王芳", "15400007301")]), actor=district), actor=district
    )
    Person.objects.filter(name="王芳").update(state="active", confirm_by=None, registered_on=DAY)
    owner = undone(owner, actor=district)
    assert (owner.message, Person.objects.filter(name="王芳").exists()) == (
        "已撤回，1 行后来有了变化，留着没有动。",
        True,
    )


def test_a_number_that_belongs_to_somebody_else_is_refused(people, district):
    owner = upload("persons", book([PERSON_HEAD, new_person("王芳", "15400007101")]), actor=district)
    assert refusals(owner) == {2: ["这个号码登记的是“李雷”。"]}


# ---- posts ----------------------------------------------------------------------------------------------------------
POST_HEAD = ["姓名", "组织", "职务", "任职日期"]


def test_posts_are_entered_corrected_and_taken_back(people, district):
    persons, organization = people
    known = Post.objects.create(organization=organization, person=persons[0], kind="chair", starts=DAY)
    Post.objects.create(organization=organization, person=persons[3], kind="secretary", starts=DAY)
    rows = [
        POST_HEAD,
        ["陈桂兰", "夏庄联谊会", "会长", "2026.4"],
        ["李雷", "夏庄联谊会", "理事", "2026-03-05"],
        ["周予安", "夏庄联谊会", "秘书长", "2026-04-01"],
    ]
    owner = upload("organization-posts", book(rows), actor=district)
    assert refusals(owner) == {4: ["那段时间已经有秘书长；换人请在任职页面办。"]}
    owner = write(owner, actor=district)
    known.refresh_from_db()
    assert (owner.results, known.starts) == ({"made": 1, "changed": 1}, dt.date(2026, 4, 1))
    owner = undone(owner, actor=district)
    known.refresh_from_db()
    taken_back = Post.objects.get(person=persons[1])
    assert (owner.state, known.starts, taken_back.ends) == (ImportState.UNDONE, DAY, taken_back.starts)


def test_posts_outside_the_scope_are_refused(people, liuting):
    owner = upload("organization-posts", book([POST_HEAD, ["陈桂兰", "夏庄联谊会", "会长", DAY]]), actor=liuting)
    assert refusals(owner) == {2: ["名册里没有这个人，或者不归你管。", "没有“夏庄联谊会”，或者不归你管。"]}


# ---- honours --------------------------------------------------------------------------------------------------------
def test_honours_are_entered_corrected_and_taken_back(reference, district):
    base = personas.base()
    known = base.honours.create(title="示范基地", level="city", year=2019)
    rows = [
        ["基地名称", "荣誉名称", "级别", "年份", "说明"],
        [base.name, "示范基地", "省级", 2020, None],
        [base.name, "精品项目", "省", "２０２１年", "区委推荐"],
        ["没有的基地", "精品项目", "省级", None, None],
    ]
    owner = upload("honours", book(rows), actor=district)
    assert refusals(owner) == {4: ["没有“没有的基地”这个基地。"]}
    owner = write(owner, actor=district)
    assert sorted(Honour.objects.values_list("title", "level", "year")) == [
        ("示范基地", "province", 2020), ("精品项目", "province", 2021),
    ]  # fmt: skip
    owner = undone(owner, actor=district)
    known.refresh_from_db()
    assert (owner.state, Honour.objects.count(), known.level, known.year) == (ImportState.UNDONE, 1, "city", 2019)


# ---- outcomes -------------------------------------------------------------------------------------------------------
OUTCOME_HEAD = ["成果名称", "类型", "日期", "金额", "人数", "组织", "基地"]


def test_outcomes_are_reported_and_taken_back_until_somebody_has_checked_them(people, district, district_2):
    from services import actions as service_actions

    rows = [
        OUTCOME_HEAD,
        ["助学捐款", "捐款", "2026-03-05", "0.5万元", None, "夏庄联谊会", None],
        ["义诊", "受益人数", "2026-03-06", None, "46人", "夏庄联谊会", None],
        ["义诊", "受益人数", "2026-03-07", None, None, "夏庄联谊会", None],
        ["助学捐款", "捐款", "2026-03-05", 1, None, None, None],
    ]
    owner = upload("outcomes", book(rows), actor=district)
    assert refusals(owner) == {4: ["受益人数要写数量。"], 5: ["组织、基地、服务队里写一个，只写一个。"]}
    owner = write(owner, actor=district)
    assert sorted(Outcome.objects.values_list("title", "state")) == [("义诊", "reported"), ("助学捐款", "reported")]
    service_actions.check_outcome(Outcome.objects.get(title="义诊"), actor=district_2)
    owner = undone(owner, actor=district)
    assert list(Outcome.objects.values_list("title", flat=True)) == ["义诊"]


def test_the_same_outcome_is_reported_once_and_another_amount_is_refused(people, district):
    row = ["助学捐款", "捐款", "2026-03-05", 5000, None, "夏庄联谊会", None]
    write(upload("outcomes", book([OUTCOME_HEAD, row]), actor=district), actor=district)
    assert upload("outcomes", book([OUTCOME_HEAD, row]), actor=district).counts == {"same": 1}
    row[3] = 6000
    owner = upload("outcomes", book([OUTCOME_HEAD, row]), actor=district)
    assert refusals(owner) == {2: ["这一栏不能用表格改，现在是“5000.00”。"]}


def test_kinds_of_outcomes_are_read_once_more_for_all_rows(people, district):
    row = ["捐款", "捐款", "2026-03-05", 5000, None, "夏庄联谊会", None]
    read = []
    for count in (1, 4):
        rows = [[f"第 {number} 笔", *row[1:]] for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            upload("outcomes", book([OUTCOME_HEAD, *rows]), actor=district)
        read.append(sum('FROM "services_outcomekind"' in query["sql"] for query in queries))
    assert read[1] - read[0] == 3  # each cell is looked up among the kinds, and no row reads its kind once more


# ---- every kind -----------------------------------------------------------------------------------------------------
@pytest.fixture
def everything(people):
    """A row of each list that can come back."""
    persons, organization = people
    base = personas.base()
    base.honours.create(title="示范基地", level="city", year=2019)
    organization.memberships.create(person=persons[0], state="active", joined_on=DAY)
    Post.objects.create(organization=organization, person=persons[0], kind="chair", starts=DAY)
    base.posts.create(person=persons[1], kind="guide", starts=DAY)
    personas.team().posts.create(person=persons[2], kind="volunteer", starts=DAY)
    organization.outcomes.create(kind_id="money", title="助学", happened_on=DAY, amount=5000)
    service = factories.published(kind="volunteer", organization=organization, headcount=12)
    signup = service.signups.create(person=persons[0], state="confirmed", position=1)
    CheckIn.objects.create(signup=signup, checked_in_at=service.starts + dt.timedelta(seconds=12))
    service.signups.create(user=factories.guest(), guest_name="王来宾", state="confirmed", position=2)


KINDS = [
    *("persons", "memberships", "organization-posts", "base-posts", "team-posts", "honours", "outcomes"),
    *("past-activities", "attendance"),
]


def exported(list_name, actor):
    """Return the rows of an export of all columns of a list, with the row of headers, as cells."""
    codes = [column.code for column in export_columns.columns_of(list_exports.admin_of(list_name))]
    data = {
        "columns": codes,
        "file_format": "xlsx",
        "with_keys": True,
        "purpose": "check",
        "note": "",
        "numbers_note": "",
    }
    export = export_actions.ask_for_export(list_name, "", data, actor=actor)
    job = runner.work_on(export.job, seconds=60)
    pages = openpyxl.load_workbook(io.BytesIO(b"".join(results.result(job)))).worksheets
    return [list(row) for row in pages[1].iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_list_comes_back_unchanged(everything, district, kind):
    """What an export of all columns writes is what the import reads: no cell differs."""
    owner = upload(kind, book(exported(import_kind(kind).list_name, district)), actor=district)
    assert (owner.counts, refusals(owner)) == ({"same": owner.rows}, {})
    assert owner.rows
    assert reading.unread(owner.declared, owner.headers, owner.mapping) == []


def test_an_officer_leaves_only_so_many_sheets_unwritten(people, district, monkeypatch):
    monkeypatch.setattr(actions, "MOST_WAITING", 1)
    upload("persons", book([PERSON_HEAD, new_person("王芳", "15400007301")]), actor=district)
    with pytest.raises(ActionError) as refusal:
        upload("persons", book([PERSON_HEAD, new_person("王芳", "15400007301")]), actor=district)
    assert refusal.value.code == "many"
