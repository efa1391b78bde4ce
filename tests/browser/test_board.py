"""Path: the board of the district → a figure → its records → a report → its Word file; the screen; the public results."""

import datetime as dt
import io

import docx
import pikepdf
import pytest
from playwright.sync_api import expect

from activities.models import Activity
from chengyang import clock
from chengyang.portal.board import keeping
from chengyang.portal.board.models import Report
from tests import personas

from .pages import both_sizes, check, cut_on, heading, on_paper, press

pytestmark = pytest.mark.browser


@pytest.fixture
def taken_place(portal):
    """Two activities of the organization that have taken place."""
    organization = personas.organization()
    for number, title in enumerate(("法律课堂", "志愿集市"), start=1):
        starts = clock.at(dt.date(clock.today().year, 1, number), dt.time(14))
        Activity.objects.create(
            title=title,
            organization=organization,
            subdistrict=organization.subdistrict,
            place="夏新连心驿站",
            starts=starts,
            ends=starts + dt.timedelta(hours=1),
            state="published",
            published_at=starts - dt.timedelta(days=9),
        )
    keeping.refresh()


@both_sizes
def test_a_figure_opens_its_records_and_a_report_is_fetched_as_word(browse, taken_place, size):
    page = browse(personas.make("district"), size=size)
    page.goto("/manage/board/")
    heading(page, "七步看板：全区")
    check(page, "board", axe=True)
    figure = page.locator("#activities .tally li").first
    expect(figure).to_contain_text("办的活动")
    assert figure.locator(".figure").inner_text().startswith("2")
    figure.locator("a").click()
    heading(page, "办的活动")
    expect(page.locator(".rows li")).to_have_count(2)
    expect(page.locator(".rows")).to_contain_text("法律课堂")
    check(page, "board-records", axe=True)
    page.locator("main .more").first.click()
    page.get_by_role("link", name="出报告").click()
    page.locator("[name=note]").fill("初稿")
    check(page, "board-report-make", axe=True)
    press(page, "出报告")
    report = Report.objects.get()
    heading(page, str(report))
    check(page, "board-report", axe=True)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载 Word").click()
    document = docx.Document(fetched.value.path())
    assert document.paragraphs[0].text.replace("\n", "") == str(report)  # the title breaks before the period
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert cells[cells.index("办的活动（场）") + 1] == "2"


def test_a_report_is_printed_as_an_official_document(browse, taken_place):
    page = browse(personas.make("district"))
    page.goto("/manage/board/reports/make/?of=district")
    press(page, "出报告")
    page.get_by_role("link", name="打印", exact=True).last.click()
    check(page, "board-report-print", axe=True)
    page.emulate_media(media="print")
    expect(page.locator(".paper__bar")).to_be_hidden()
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        assert len(pdf.pages) > 1


def test_the_screen_is_turned_with_the_arrow_keys(browse, taken_place):
    page = browse(personas.make("district"))
    page.goto("/manage/board/screen/")
    expect(page.locator(".screen__steps > li")).to_have_count(7)
    check(page, "board-screen", axe=True)
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**step=people*")
    expect(page.locator(".screen__steps > li")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda url: "step" not in url)
    expect(page.locator(".screen__steps > li")).to_have_count(7)


def test_the_screen_is_reached_and_left_by_its_keys(browse, taken_place):
    page = browse(personas.make("district"))
    page.goto("/manage/board/screen/")
    page.keyboard.press("4")
    page.wait_for_url("**step=activities*")
    page.keyboard.press("Home")
    page.wait_for_url(lambda url: "step" not in url)
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === document.documentElement")
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function("!document.fullscreenElement")
    page.keyboard.press("Escape")
    page.wait_for_url("**/manage/board/?*")
    heading(page, "七步看板：全区")


@both_sizes
def test_everybody_reads_the_results(browse, taken_place, size):
    page = browse(size=size)
    page.goto("/results/")
    heading(page, "成果")
    expect(page.locator("#activities .figure").first).to_contain_text("2")
    check(page, "results", axe=True)


def test_the_board_is_on_paper_whole_and_has_nothing_to_press(browse, taken_place):
    page = browse(personas.make("district"))
    page.goto("/manage/board/")
    figures = [figure.inner_text() for figure in page.locator(".step .figure").all()]
    page.locator("#activities .how summary", has_text="怎么算的").click()
    on_paper(page, "board-paper")
    assert [figure.inner_text() for figure in page.locator(".step .figure:visible").all()] == figures
    assert page.locator("main :is(button, a.btn, input, select, .tabs):visible, .staff__nav:visible").count() == 0
    assert page.locator(".step summary:visible").all_inner_texts() == ["怎么算的"]  # what is folded is not on paper
    assert cut_on(page, ".step :is(.figure, b, th, td, figcaption), .step svg") == []
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        assert len(pdf.pages) <= 8
