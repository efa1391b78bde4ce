"""Reports: frozen figures, the same in all editions, with a note that may change, withdrawn and restored, compared."""

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import docx
import openpyxl
import pytest
from django.urls import reverse

from activities.models import Activity, Programme
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.jobs import actions as jobs
from chengyang.platform.jobs import results
from chengyang.portal.board import actions, periods, report_contents, report_steps
from chengyang.portal.board.models import Report
from chengyang.portal.board.word import CHART_NS, chart_xml, word_file
from tests import libreoffice, paper_blocks, personas

from .conftest import take_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(records, district):
    return actions.make_report(None, periods.parse("2026"), note="初稿", actor=district)


def texts_of(data):
    """Return the texts of a Word file in their order: paragraphs, and cells of tables."""
    document = docx.Document(io.BytesIO(data))
    found = []
    for block in document.iter_inner_content():
        cells = [cell.text for row in block.rows for cell in row.cells] if hasattr(block, "rows") else [block.text]
        found += [text for text in cells if text]
    return found


def texts_of_blocks(blocks):
    found = []
    for block in blocks:
        if isinstance(block, report_contents.Grid):
            found += [block.caption, *block.head, *(text for row in block.rows for text in row)]
        elif isinstance(block, report_contents.Signature):
            found += [block.issuer, block.day]
        elif isinstance(block, report_contents.Picture):
            found.append(block.caption)
        else:
            found.append(block.text)
    return found


def word_of(report):
    return word_file(str(report), report_contents.blocks(report.contents, "城阳区委统战部"))


# ---- what is kept --------------------------------------------------------------------------------------------------------
def test_a_report_keeps_its_figures_when_records_change(records, report):
    before = report.contents
    take_place(dt.date(2026, 9, 1), organization=records["organization"])
    assert Report.objects.get(pk=report.pk).contents == before
    assert report.as_of == clock.now()


def test_a_report_names_no_person(report):
    names = {str(name) for name in personas.PEOPLE_NAMES.values()}
    assert not [name for name in names if name in str(report.contents)]


def test_a_report_of_each_kind_of_owner_is_made(records, district):
    for owner in (records["area"], records["organization"], records["team"], personas.base()):
        made = actions.make_report(owner, periods.parse("2026H1"), actor=district)
        assert made.owner == owner
        assert made.contents["steps"]


@pytest.mark.parametrize("code", ["2026", "2026H1", "2026-05"])
def test_a_report_of_each_length_is_made(records, district, code):
    assert actions.make_report(None, periods.parse(code), actor=district).period == code


def test_a_period_that_has_not_begun_has_no_report(records, district):
    with pytest.raises(ActionError) as error:
        actions.ask_for_report(None, periods.parse("2027"), actor=district)
    assert error.value.code == "period"


# ---- who -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["xiazhuang", "secretary", "leader", "member"])
def test_nobody_makes_a_report_about_another_owner(records, name):
    with pytest.raises(NotAllowed):
        actions.make_report(None, periods.parse("2026"), actor=personas.make(name))


def test_a_report_is_read_by_those_who_see_the_board(records, district):
    about = actions.make_report(records["organization"], periods.parse("2026"), actor=district)
    seen = {name for name in personas.NAMES if Report.objects.visible_to(personas.make(name)).filter(pk=about.pk)}
    assert seen == {"district", "district_2", "xiazhuang", "secretary"}


@pytest.mark.parametrize("name", ["board:report-print", "board:report-word", "board:report-sheet"])
def test_an_edition_is_not_found_by_others(records, report, client_of, name):
    url = reverse(name, args=[report.public_id])
    opened = {
        one
        for one in ("district", "xiazhuang", "leader", "editor", "member")
        if client_of(personas.make(one)).get(url).status_code == 200
    }
    assert opened == {"district"}


def test_only_who_made_it_changes_the_note(report, district, district_2):
    with pytest.raises(NotAllowed):
        actions.edit_report(report, {"note": "正式报送"}, actor=district_2)
    assert actions.edit_report(report, {"note": "正式报送"}, actor=district).note == "正式报送"


def test_a_figure_is_no_field_that_can_be_edited(report, district):
    with pytest.raises(TypeError):
        actions.edit_report(report, {"contents": {}}, actor=district)


def test_a_report_is_withdrawn_and_restored(report, district, district_2):
    with pytest.raises(NotAllowed):
        actions.withdraw_report(report, actor=district_2)
    assert actions.withdraw_report(report, actor=district).is_withdrawn
    assert not actions.restore_report(report, actor=district).is_withdrawn


# ---- editions ------------------------------------------------------------------------------------------------------------
def test_the_word_file_says_what_the_blocks_say(report):
    blocks = report_contents.blocks(report.contents, "城阳区委统战部")
    assert texts_of(word_of(report)) == texts_of_blocks(blocks)


def test_the_print_page_says_what_the_word_file_says(report, client_of, district):
    page = client_of(district).get(reverse("board:report-print", args=[report.public_id])).content.decode()
    sheet = re.search(r'<article class="paper.*?</article>', page, re.S)[0]
    sheet = re.sub(r"<svg.*?</svg>", "", sheet, flags=re.S)
    shown = [re.sub(r"\s+", " ", text).strip() for text in re.findall(r">([^<]+)<", sheet)]
    expected = [re.sub(r"\s+", " ", text).strip() for text in texts_of(word_of(report))]
    assert [text for text in sorted(shown) if text] == sorted(expected)


def test_every_figure_stands_in_the_word_file(report):
    text = "\n".join(texts_of(word_of(report)))
    for step in report.contents["steps"]:
        for figure in step["figures"]:
            assert f"{figure['label']}（{figure['unit']}）" in text


def test_a_long_title_is_broken_before_the_period(report):
    assert report_contents.blocks(report.contents, "")[0].text == "城阳区新的社会阶层人士统战工作\n2026年度报告"


def test_the_sub_headings_of_a_chapter_are_numbered(report):
    blocks = report_contents.blocks(report.contents, "")
    headings = [block.text for block in blocks if isinstance(block, report_contents.Heading)]
    place = headings.index("四、活动嗨起来")
    assert headings[place + 1 : place + 3] == ["（一）总的情况", "（二）各月变化"]


def test_a_chapter_says_how_requests_went():
    figures = [{"code": code, "value": value} for code, value in
               (("requests_received", "9"), ("answered_requests", "8"), ("requests_in_time", "6"))]  # fmt: skip
    text = report_contents._requests(figures)
    assert text == (
        "期内收到诉求 9 件，答复 8 件，其中按期答复 6 件，占 75%，超期 2 件。答复的有以前收到的，所以两个数不必相等。"
    )


def test_nothing_is_said_of_requests_where_there_were_none(report):
    assert "诉求办理" not in "".join(texts_of(word_of(report)))


def test_the_course_of_the_months_stands_in_words(report):
    text = "".join(texts_of(word_of(report)))
    assert "办的活动最多的是 3 月、4 月、5 月，都是 1 场；最少的有 5 个月，都是 0 场。" in text
    assert "9 月还没有过完，到现在是 0 场，不参加比较。" in text


def test_a_month_that_is_not_over_is_not_the_smallest(records, district):
    for month in (1, 2, 6, 7, 8):
        take_place(dt.date(2026, month, 2), subdistrict=records["area"])
    take_place(dt.date(2026, 6, 3), subdistrict=records["area"])
    text = "".join(texts_of(word_of(actions.make_report(None, periods.parse("2026"), actor=district))))
    assert "办的活动最多的是 6 月，2 场；最少的有 7 个月，都是 1 场。" in text


@pytest.mark.parametrize(
    ("issuer", "day", "insets"),
    [
        ("城阳区委统战部", "2026年9月16日", (3.5, 2.0)),
        ("城阳区新的社会阶层人士联谊会", "2026年9月1日", (2.0, 8.0)),
        ("联谊会", "2026年9月16日", (7.5, 2.0)),
    ],
)
def test_the_day_begins_two_characters_after_the_issuer(issuer, day, insets):
    assert report_contents.Signature(issuer, day).insets == insets


def test_a_chart_of_parts_has_a_series_for_each_and_the_sums(records, district):
    Activity.objects.filter(starts__date=dt.date(2026, 5, 8)).update(programme=Programme.objects.get(code="xin"))
    made = actions.make_report(None, periods.parse("2026H1"), actor=district)
    picture = next(one for one in report_contents.blocks(made.contents, "") if getattr(one, "stack", ()))
    shown = re.findall(r"<c:v>([^<]*)</c:v>", chart_xml(picture))
    months = [f"{month} 月" for month in range(1, 7)]
    assert shown == ["新心汇", *months, "1", "其余", *months, "1", "1", picture.caption, *months, *"001110"]


def test_a_report_of_demonstration_data_says_so_in_every_edition(records, district, client_of):
    type(district).objects.filter(pk=district.pk).update(is_demo=True)
    made = actions.make_report(None, periods.parse("2026"), actor=district)
    page = client_of(district).get(reverse("board:report-print", args=[made.public_id])).content.decode()
    notes = openpyxl.load_workbook(io.BytesIO(b"".join(report_steps.figures_sheet(made)))).worksheets[0]
    assert made.is_demo
    assert "（演示数据：" in "".join(texts_of(word_of(made)))
    assert "（演示数据：" in page
    assert "演示数据" in [cell.value for cell in notes["A"]]


def test_another_report_does_not(report):
    assert "演示" not in "".join(texts_of(word_of(report)))


@pytest.mark.parametrize(
    ("code", "title"), [("2026", "2026年度报告"), ("2026-05", "2026年5月报告"), ("2018-2023", "2018–2023年报告")]
)
def test_the_title_names_the_period(code, title):
    assert report_contents.title_of("某地", periods.parse(code)) == f"某地{title}"


def test_the_section_has_the_measures_of_the_standard(report):
    section = docx.Document(io.BytesIO(word_of(report))).sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin, section.right_margin)
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 28, 26]


def test_a_chart_has_the_values_of_the_months(report):
    with zipfile.ZipFile(io.BytesIO(word_of(report))) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "/charts/" in name]
    shown = [re.findall(r"<c:v>([^<]*)</c:v>", chart) for chart in charts]
    steps = [one for one in report.contents["steps"] if len({value for _m, value, _b in one["months"]}) > 1]
    assert len(charts) == len(steps)
    for values, one in zip(shown, steps, strict=True):
        assert values[1:] == [*(month[0] for month in one["months"]), *(month[1] for month in one["months"])]
    assert all(CHART_NS in chart for chart in charts)


@libreoffice.needs("writer")
def test_libreoffice_reads_the_paragraphs_and_every_cell_of_the_word_file(report, tmp_path):
    (tmp_path / "report.docx").write_bytes(word_of(report))
    assert libreoffice.converted(tmp_path, "*.docx", "odt") == ["report"]
    found = paper_blocks.of_libreoffice((tmp_path / "report.odt").read_bytes())
    assert found == paper_blocks.of_word(word_of(report))


def test_the_tables_of_all_editions_are_the_same_cell_by_cell(report, client_of, district):
    page = client_of(district).get(reverse("board:report-print", args=[report.public_id])).content.decode()
    tables = paper_blocks.tables_in(paper_blocks.of_word(word_of(report)))
    assert tables == paper_blocks.tables_in(paper_blocks.of_page(page))
    sheet = rows_of(b"".join(report_steps.figures_sheet(report)))
    figures = {(row[1], row[4]): (row[2], row[3]) for row in sheet[1:]}
    assert len(figures) == sum(len(step["figures"]) for step in report.contents["steps"])
    for (label, unit), numbers in figures.items():
        cells = next(row for table in tables for row in table if row[0] == f"{label}（{unit}）")
        assert (label, [shown_number(cell) for cell in cells[1:3]]) == (label, [as_decimal(one) for one in numbers])


def shown_number(cell):
    return None if cell in ("", "—") else Decimal(cell.replace(",", ""))


def as_decimal(number):
    return None if number is None else Decimal(str(number))


@libreoffice.needs("writer")
def test_libreoffice_draws_the_charts(report, tmp_path):
    (tmp_path / "report.docx").write_bytes(word_of(report))
    libreoffice.converted(tmp_path, "*.docx", "odt")
    with zipfile.ZipFile(tmp_path / "report.odt") as archive:
        charts = [name for name in archive.namelist() if name.endswith("content.xml") and "Object" in name]
        drawn = [archive.read(name).decode() for name in charts]
    assert drawn
    assert all("chart:series" in one for one in drawn)


# ---- the job and its Excel file --------------------------------------------------------------------------------------------
@pytest.fixture
def job(records, district):
    asked = actions.ask_for_report(None, periods.parse("2026"), note="初稿", actor=district)
    made = jobs.do_now(asked, seconds=60)
    made.refresh_from_db()
    return made


def rows_of(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return list(book.worksheets[1].iter_rows(values_only=True))


def test_the_job_makes_the_report_and_its_excel_file(job):
    assert (job.state, job.done, job.report.note) == ("done", job.total, "初稿")
    assert job.next_url == reverse("admin:board_report_change", args=[job.report.pk])


def test_the_excel_file_has_each_figure_and_its_records(job):
    rows = rows_of(b"".join(results.result(job)))
    figures = {row[1]: row[2] for row in rows[1:] if row[2] is not None}
    expected = {one["label"]: float(one["value"]) for step in job.report.contents["steps"] for one in step["figures"]}
    assert {name: float(value) for name, value in figures.items()} == expected
    listed = [row[6] for row in rows if row[1] == "办的活动" and row[6]]
    assert sorted(listed) == ["活动 2026-03-02", "活动 2026-04-04", "活动 2026-05-08"]


def test_the_excel_file_says_of_which_moment_its_records_are(job):
    notes = openpyxl.load_workbook(io.BytesIO(b"".join(results.result(job)))).worksheets[0]
    assert "记录以出表时为准" in [cell.value for cell in notes["A"]]


def test_the_excel_file_names_no_person(job):
    person = personas.person("周予安")
    text = str(rows_of(b"".join(results.result(job))))
    assert person.name not in text
    assert not [name for name in personas.PEOPLE_NAMES.values() if name in text]


def test_somebody_whose_post_has_ended_gets_no_report(records):
    leader = personas.make("leader")
    asked = actions.ask_for_report(records["team"], periods.parse("2026"), actor=leader)
    records["team"].posts.update(ends=clock.today())
    from chengyang.platform.accounts.access import clear_access_scope
    from chengyang.platform.web import fragments

    fragments.clear_values()
    clear_access_scope(leader)
    ended = jobs.do_now(asked, seconds=60)
    ended.refresh_from_db()
    assert (ended.state, Report.objects.count()) == ("failed", 0)


def test_the_form_makes_a_report(records, client_of, district):
    data = {"period": "2025", "note": "正式报送", "with_records": "on"}
    answer = client_of(district).post(f"{reverse('board:report-make')}?of=district", data)
    report = Report.objects.get()
    assert answer.status_code == 302
    assert (report.period, report.note, report.made_by) == ("2025", "正式报送", district)


def test_who_comes_from_the_published_years_makes_a_report_of_them(records, client_of, district):
    url = f"{reverse('board:report-make')}?of=district&period=2018-2023"
    browser = client_of(district)
    form = browser.get(url).context["form"]
    assert form["period"].initial == "2018-2023"
    assert "2018-2023" in [code for code, _label in form.fields["period"].choices]
    assert browser.post(url, {"period": "2018-2023"}).status_code == 302
    assert Report.objects.get().starts == dt.date(2018, 1, 1)


def test_a_year_long_ago_is_offered_to_who_comes_from_it(records, client_of, district):
    form = client_of(district).get(f"{reverse('board:report-make')}?of=district&period=2021").context["form"]
    assert ("2021", "2021 年") in form.fields["period"].choices


def test_a_period_that_is_not_offered_is_refused(records, client_of, district):
    answer = client_of(district).post(f"{reverse('board:report-make')}?of=district", {"period": "1999"})
    assert (answer.status_code, Report.objects.count()) == (400, 0)


# ---- comparing -----------------------------------------------------------------------------------------------------------
def test_two_reports_stand_side_by_side_with_the_differences(records, report, client_of, district):
    take_place(dt.date(2026, 9, 1), organization=records["organization"], attended=7)
    other = actions.make_report(None, periods.parse("2026"), note="正式报送", actor=district)
    query = {"one": report.public_id, "other": other.public_id}
    lines = client_of(district).get(reverse("board:report-compare"), query).context["lines"]
    differing = {line.label: line.text for line in lines if line.differs}
    assert differing == {"办的活动": "+1", "参加人次": "+7"}


def test_a_report_is_compared_with_one_that_is_chosen(report, client_of, district):
    other = actions.make_report(None, periods.parse("2025"), actor=district)
    page = client_of(district).get(reverse("board:report-compare"), {"one": report.public_id})
    assert list(page.context["rows"]) == [other]


def test_nothing_is_compared_with_what_one_may_not_see(records, report, client_of, leader):
    own = actions.make_report(records["team"], periods.parse("2026"), actor=leader)
    query = {"one": own.public_id, "other": report.public_id}
    assert client_of(leader).get(reverse("board:report-compare"), query).status_code == 404
