"""Workbooks that are written in parts, read back cell by cell with openpyxl, and opened by LibreOffice where it is installed."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from chengyang.platform.sheets import csv_text, workbook
from chengyang.platform.sheets.columns import MOST_TEXT, Column, Kind, base_of, cell, tag_of, version_of
from tests import libreoffice

COLUMNS = [Column(kind, f"栏 {kind}", None, kind) for kind in Kind]
MOMENT = dt.datetime(2026, 11, 28, 21, 38, 2)
ROW = ["文字", 7, Decimal("1234.50"), dt.date(2026, 2, 28), MOMENT]


def written(rows, *, columns=COLUMNS, size=2):
    """Return the file with `rows`, written `size` at a time."""
    parts = [workbook.part(columns, first, rows[first : first + size]) for first in range(0, len(rows), size)]
    notes = [("名单", "人士"), ("条数", str(len(rows)))]
    return b"".join(workbook.whole(columns, parts, rows=len(rows), title="人士/名单", notes=notes))


def read(file):
    return openpyxl.load_workbook(io.BytesIO(file))


def test_every_kind_of_cell_comes_back():
    rows = [ROW, [None] * 5, [None, 0, -3, dt.date(1999, 12, 31), dt.datetime(2000, 1, 1)], ROW, ROW]
    found = [[value.value for value in row] for row in read(written(rows)).worksheets[1].iter_rows(min_row=2)]
    day = dt.datetime(2026, 2, 28)
    expected = ["文字", 7, 1234.5, day, MOMENT]
    assert found == [
        expected, [None] * 5, [None, 0, -3, dt.datetime(1999, 12, 31), dt.datetime(2000, 1, 1)], expected, expected,
    ]  # fmt: skip


def test_each_kind_has_its_format_in_every_part():
    sheet = read(written([ROW] * 5)).worksheets[1]
    formats = ["@", "General", "#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"]
    assert [[value.number_format for value in row] for row in sheet.iter_rows(min_row=2)] == [formats] * 5


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+86",
        "-1",
        "@x",
        "<a>&amp;\"'",
        "  两头有空格  ",
        "一行\n两行",
        "𠮷野家",
        "13800000000",
        "1.54E+10",
        "#REF!",
        "\u202e倒",
    ],
)
def test_a_text_is_text(text):
    found = read(written([[text]], columns=COLUMNS[:1])).worksheets[1]["A2"]
    assert (found.value, found.data_type) == (text, "s")


def test_columns_beyond_the_alphabet():
    columns = [Column(f"c{n}", f"第{n}", None) for n in range(60)]
    sheet = read(written([[str(n) for n in range(60)]], columns=columns)).worksheets[1]
    assert [value.value for value in sheet[2]] == [str(n) for n in range(60)]
    assert sheet["BH2"].value == "59"


def test_the_name_of_a_sheet_is_one_that_excel_takes():
    assert read(written([ROW])).sheetnames == ["说明", "人士 名单"]


def test_an_empty_list_is_a_header():
    sheet = read(written([])).worksheets[1]
    assert (sheet.max_row, sheet.freeze_panes) == (1, "A2")


def test_nothing_but_one_part_is_in_memory():
    taken = []

    def parts():
        for first in range(0, 40_000, 2_000):
            taken.append(first)
            yield workbook.part(COLUMNS, first, [ROW] * 2_000)

    chunks = workbook.whole(COLUMNS, parts(), rows=40_000, title="大", notes=[])
    seen = [len(taken) for _chunk in chunks]
    assert len(set(seen)) > 10  # the file comes while the parts are read


def test_the_archive_is_whole():
    with zipfile.ZipFile(io.BytesIO(written([ROW] * 5))) as archive:
        assert archive.testzip() is None


@libreoffice.needs("calc")
def test_libreoffice_opens_it(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(written([ROW] * 5))
    assert libreoffice.converted(tmp_path, "*.xlsx", "csv") == ["t"]


# ---- cells ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("", Kind.TEXT, None),
        ("a\0b\x1fc\td\ne", Kind.TEXT, "abc\td\ne"),
        ("长" * 40_000, Kind.TEXT, "长" * MOST_TEXT),
        (Decimal("2.5"), Kind.NUMBER, Decimal("2.5")),
        ("不限", Kind.NUMBER, "不限"),
        (dt.datetime(2026, 1, 1, 0, 30, tzinfo=dt.UTC), Kind.MOMENT, dt.datetime(2026, 1, 1, 8, 30)),
        (dt.date(2026, 1, 1), Kind.DATE, dt.date(2026, 1, 1)),
        ("2019年", Kind.DATE, "2019年"),
    ],
)
def test_a_value_becomes_the_cell_of_its_kind(value, kind, expected):
    assert cell(value, kind) == expected


def test_a_version_changes_with_any_cell():
    cells = (["a", None], [None, "a"], ["a", 1], ["a", None])
    assert len({version_of(["x", "y"], values) for values in cells}) == 3


def test_a_version_tells_which_cell_has_changed():
    before, after = (base_of(version_of(["x", "y"], values)) for values in (["a", 1], ["a", 2]))
    assert [before[tag_of(code)] == after[tag_of(code)] for code in ("x", "y")] == [True, False]


def test_csv_quotes_and_neutralises():
    lines = csv_text.part([['说"好"', "a,b", "一\n二", "-5", -5, MOMENT, dt.date(2026, 1, 2), None]]).decode()
    assert lines == '"说""好""","a,b","一\n二",\'-5,-5,2026-11-28 21:38,2026-01-02,\r\n'
