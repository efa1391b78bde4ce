"""Papers as Word files: one or many, as a job, with the rules of the exports (requirements U12, P26, S11)."""

import dataclasses
import io

import docx
import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import paper
from chengyang.platform.accounts import alarms
from chengyang.platform.audit.models import Entry, Reading
from chengyang.platform.jobs import runner
from chengyang.platform.jobs.models import Job
from chengyang.platform.notices.models import Notice
from chengyang.platform.papers import actions, steps
from chengyang.platform.staff import list_exports
from chengyang.platform.staff.models import ListExport
from members.models import Person
from members.personal_data.access_log import accesses
from tests import personas
from tests.activities import factories
from tests.staff_pages import decide

from .conftest import NAMES, PURPOSE, WORD, done, rows_of, unzipped, with_people, word

pytestmark = pytest.mark.django_db
DATA = {"order": "", "joined": "", "purpose": "meeting", "note": "", "numbers_note": ""}


def names_of(data):
    return [row[1] for row in rows_of(data)[1:] if row[1]]


def test_the_sheet_to_sign_on_stands_in_the_order_of_strokes(client_of, district, activity):
    name, data = word(client_of(district), "sign_in", f"record={activity.pk}", **PURPOSE)
    assert name == "活动签到表 夏庄葡萄采摘帮扶.docx"
    assert names_of(data) == ["丁一", "王晓明", "陈桂兰", "周予安", "艾合买提·买买提"]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("pinyin", ["艾合买提·买买提", "陈桂兰", "丁一", "王晓明", "周予安"]),
        ("signup", list(NAMES)),
        ("nonsense", None),
    ],
)
def test_another_order_can_be_chosen(client_of, district, activity, order, names):
    answer = client_of(district).post(f"{WORD.format('sign_in')}?record={activity.pk}", {**PURPOSE, "order": order})
    if names is None:
        assert answer.status_code == 400
    else:
        assert names_of(done(Job.objects.latest("pk"))[1]) == names


def test_the_header_of_a_list_is_repeated_and_rows_are_kept_together(client_of, district, activity):
    data = word(client_of(district), "sign_in", f"record={activity.pk}", **PURPOSE)[1]
    xml = docx.Document(io.BytesIO(data)).tables[0]._tbl.xml
    assert xml.count("<w:tblHeader/>") == 1
    assert xml.count("<w:cantSplit/>") == 1 + 5 + 5  # the header is kept together by itself: people, and spare rows


def test_a_file_about_people_has_a_purpose(client_of, district, activity):
    answer = client_of(district).post(f"{WORD.format('sign_in')}?record={activity.pk}", {})
    assert (answer.status_code, ListExport.objects.count()) == (409, 0)
    assert "purpose" in answer.context["form"].errors


def test_everybody_in_a_file_reads_of_it(client_of, district, activity):
    word(client_of(district), "sign_in", f"record={activity.pk}", **PURPOSE)
    read = Reading.objects.filter(verb="paper.exported", subject="activities.Activity", subject_id=activity.public_id)
    assert set(read.values_list("person", flat=True)) == set(Person.objects.values_list("public_id", flat=True))
    entry = Entry.objects.get(verb="paper.exported")
    assert (entry.fields, entry.reason) == (["sign_in"], "meeting")


def test_a_person_reads_on_my_data_which_paper_it_was(client_of, district, activity):
    word(client_of(district), "sign_in", f"record={activity.pk}", **PURPOSE)
    person = activity.signups.first().person
    line = accesses(person.user, person=person, most=5)[0]
    assert (line.what, line.why) == ("活动的打印件", "填写 Word 表格，用于工作")


def test_a_paper_about_nobody_asks_for_no_purpose(client_of, district, activity):
    _name, data = word(client_of(district), "activity_notice", f"record={activity.pk}")
    text = "\n".join(one.text for one in docx.Document(io.BytesIO(data)).paragraphs)
    assert "关于举办“夏庄葡萄采摘帮扶”的通知" in text
    assert not Reading.objects.exists()


def test_above_five_hundred_a_second_officer_agrees(client_of, district, xiazhuang, district_2, activity, monkeypatch):
    monkeypatch.setattr(list_exports, "LARGE", 4)
    answer = client_of(xiazhuang).post(f"{WORD.format('sign_in')}?record={activity.pk}", PURPOSE)
    export = ListExport.objects.get()
    assert (export.state, export.job, export.rows, answer.url) == ("waiting", None, 5, export.get_absolute_url())
    page = client_of(district_2).get(export.get_absolute_url())
    assert {"活动签到表", "5 条"} <= {str(row.value) for row in page.context["detail_rows"]}
    decide(client_of(district_2), export.get_absolute_url(), {"choice": "agree"})
    export.refresh_from_db()
    assert len(names_of(done(export.job)[1])) == 5


def test_more_people_than_were_agreed_to_end_the_job(district, activity, monkeypatch):
    export = actions.ask_for_file(paper("sign_in"), DATA, actor=district, record=str(activity.pk))
    monkeypatch.setattr(list_exports, "LARGE", 4)
    runner.work()
    export.job.refresh_from_db()
    assert (export.job.state, export.job.has_result) == ("failed", False)


def test_many_are_a_zip_with_safe_names(client_of, district, reference):
    titles = ["../..\\坏/名:字", "同名", "同名"]
    for number, title in enumerate(titles):
        with_people(
            factories.published(title=title, starts=factories.moment(19 + number), ends=factories.moment(20 + number))
        )
    name, data = word(client_of(district), "sign_in", "q=", **PURPOSE)
    files = unzipped(data)
    assert name == f"活动签到表 {clock.now():%Y-%m-%d %H%M}.zip"
    assert sorted(files) == ["001 同名.docx", "002 同名.docx", "003 .._.._坏_名_字.docx"]
    assert all(len(names_of(one)) == 5 for one in files.values())


def test_many_in_one_file_begin_a_page_each(client_of, district, reference, monkeypatch):
    monkeypatch.setattr(steps, "AT_ONCE", 2)
    for number in range(3):
        with_people(factories.published(starts=factories.moment(19 + number), ends=factories.moment(20 + number)))
    data = word(client_of(district), "sign_in", "q=", joined="1", **PURPOSE)[1]
    document = docx.Document(io.BytesIO(data))
    assert (len(document.tables), len(document.sections)) == (6, 1)  # a list and the places to sign, each
    assert document.element.xml.count('w:br w:type="page"') == 2


def test_a_filter_of_the_list_says_which_are_filled(client_of, district, activity):
    factories.published(title="别的活动")
    name, _data = word(client_of(district), "sign_in", "q=采摘", **PURPOSE)
    assert name.endswith("夏庄葡萄采摘帮扶.docx")
    assert "采摘" in ListExport.objects.get().conditions


def test_nobody_fills_what_is_out_of_their_scope(client_of, liuting, activity):
    url = f"{WORD.format('sign_in')}?record={activity.pk}"
    assert client_of(liuting).get(url).status_code == 404
    with pytest.raises((ActionError, NotAllowed)):
        actions.ask_for_file(paper("sign_in"), DATA, actor=liuting, record=str(activity.pk))


def test_what_leaves_the_scope_before_the_job_runs_is_not_filled(xiazhuang, activity):
    export = actions.ask_for_file(paper("sign_in"), DATA, actor=xiazhuang, record=str(activity.pk))
    activity.subdistrict = personas.Subdistrict.objects.get(name="流亭街道")
    activity.save()
    runner.work()
    export.job.refresh_from_db()
    assert (export.job.state, export.job.has_result) == ("failed", False)


def test_too_many_at_once_are_refused(district, activity, monkeypatch):
    factories.published(title="别的活动")
    monkeypatch.setattr(actions, "MOST_FILES", 1)
    with pytest.raises(ActionError) as error:
        actions.ask_for_file(paper("sign_in"), DATA, actor=district)
    assert error.value.code == "rows"


@pytest.mark.parametrize(("note", "shown"), [("", "154****0003"), ("打电话核对", "15400000003")])
def test_a_whole_number_needs_a_reason_and_the_right(client_of, district, reference, note, shown):
    person = factories.person(3, "王晓明", job="总经理")
    _name, data = word(client_of(district), "registration", f"record={person.pk}", numbers_note=note, **PURPOSE)
    assert rows_of(data)[3][1] == shown


def test_unusually_many_people_of_a_day_are_an_alarm(client_of, district, secadmin, activity, monkeypatch):
    monkeypatch.setattr(alarms, "PERSONS_EXPORTED", dataclasses.replace(alarms.PERSONS_EXPORTED, most=9))
    for _ in range(2):
        word(client_of(district), "sign_in", f"record={activity.pk}", **PURPOSE)
    assert Notice.objects.filter(user=secadmin).count() == 1


def test_the_form_of_a_person_has_a_box_for_a_photo_and_a_page_to_sign(client_of, district, reference):
    person = factories.person(3, "王晓明", job="总经理")
    data = word(client_of(district), "registration", f"record={person.pk}", **PURPOSE)[1]
    document = docx.Document(io.BytesIO(data))
    cells = rows_of(data)
    assert [row[5] for row in cells[:4]] == ["照　片"] * 4  # one merged cell
    assert cells[0][1] == "王晓明"
    assert any("本人确认" in one.text for one in document.paragraphs)
    assert 'w:br w:type="page"' in document.element.xml
    assert "本人签字：" in rows_of(data, 1)[0][0]


def test_the_roll_has_posts_and_counts(client_of, secretary, reference):
    organization = personas.organization()
    organization.memberships.create(person=factories.person(3, "王晓明"), state="active", joined_on=clock.today())
    data = word(client_of(secretary), "roll", f"record={organization.pk}", order="post", **PURPOSE)[1]
    assert [row[1] for row in rows_of(data)[1:]] == ["王晓明"]


def test_rare_characters_are_kept(client_of, district, reference):
    activity = with_people(factories.published(), ["王㻛䶮", "𬭚小明"])
    data = word(client_of(district), "sign_in", f"record={activity.pk}", **PURPOSE)[1]
    assert sorted(names_of(data)) == sorted(["王㻛䶮", "𬭚小明"])
