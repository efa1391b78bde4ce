"""Sheets as they come: more than sixty kinds of dirt, each with what is read, or the exact sentence with which it is refused.

`DIRT` are files: a name, the bytes, and the expected rows (values by column, a sentence where the cell is refused) or, for a file
that cannot be read at all, its sentence. `notes` are sentences about the whole file.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chengyang.extensions import ImportKind
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Choice, Day, Money, Name, Number, Phone, Text

from .workbooks import book, ods, xls

NUMBER = "+8615400007101"
DAY = dt.date(2026, 3, 5)
LOST = "表格把数字改成了科学记数，丢了几位。请把这一列设成“文本”，重新填写。"
BROKEN = "这个文件读不出来。请用 Excel 或 WPS 打开，另存为 .xlsx 再上传。"
NO_SHEET = "这不是表格。请上传 .xlsx、.xls、.et、.ods 或 .csv 文件。"
DAY_FORM = "请按 2026年3月5日、2026-03 或 2026 的形式填写日期。"


class Everything(ImportKind):
    """A kind with a column of each type."""

    code, label, list_name = "everything", "名单", "members.Person"
    columns = (
        InColumn("name", "姓名", Name(), required=True),
        InColumn("phone", "手机号", Phone(), names=("电话",)),
        InColumn("day", "日期", Day()),
        InColumn("area", "街道", Choice(lambda: {1: "夏庄街道", 2: "流亭街道"}, {"夏庄": 1})),
        InColumn("count", "人数", Number(1, 10_000)),
        InColumn("amount", "金额", Money()),
        InColumn("unit", "单位", Text(20)),
    )

    def can(self, user):
        return True

    def resolve(self, rows, user):
        """No row is in the portal: these tests read cells only."""

    def lock_keys(self, row):
        return []

    def lock(self, keys):
        """Nothing is written."""

    def create(self, rows, *, actor, note):
        return []

    def stored(self, keys):
        return {}

    def take_back(self, rows, *, actor, note):
        return []


@dataclass(frozen=True)
class Dirt:
    """A file with one kind of dirt. `expected` are the rows, or the sentence that refuses the file."""

    name: str
    make: Callable[[], bytes]
    expected: Any
    notes: tuple[str, ...] = ()


def cell(name: str, header: str, value: Any, expected: Any) -> Dirt:
    """Return a workbook in which one cell of a clean row is dirty."""
    code = next(column.code for column in Everything.columns if str(column.header) == header)
    row = {"name": "李雷", code: expected}
    if header == "姓名":
        return Dirt(name, lambda: book([["姓名", "单位"], [value, None]]), [{"name": expected}])
    return Dirt(name, lambda: book([["姓名", header], ["李雷", value]]), [row])


def csv_file(name: str, text: str, encoding: str, mark: bytes = b"") -> Dirt:
    return Dirt(name, lambda: mark + text.encode(encoding), [{"name": "李雷", "unit": "沐野公司"}])


def refused(name: str, make: Callable[[], bytes], sentence: str) -> Dirt:
    return Dirt(name, make, sentence)


TABLE = [["姓名", "手机号"], ["李雷", "15400007101"]]
CLEAN = [{"name": "李雷", "phone": NUMBER}]
CSV = "姓名,单位\r\n李雷,沐野公司\r\n"


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in files.items():
            target.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), text)
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """Return the archive `data` with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            text = source.read(item)
            target.writestr(item, change(text.decode()).encode() if item.filename == part else text)
    return out.getvalue()


def with_hidden_sheet() -> bytes:
    def prepare(made: Any, page: Any) -> None:
        hidden = made.add_worksheet("旧名单")
        for place, value in enumerate(["姓名", "手机号"]):
            hidden.write(0, place, value)
        hidden.write(1, 0, "韩梅梅")
        hidden.hide()

    return book(TABLE, prepare=prepare)


def with_second_sheet() -> bytes:
    return book(TABLE, prepare=lambda made, page: made.add_worksheet("说明").write(0, 0, "请填第一张"))


def merged_names() -> bytes:
    rows = [["姓名", "单位"], ["李雷", None], ["周予安", None]]
    return book(rows, prepare=lambda made, page: page.merge_range(1, 1, 2, 1, "沐野公司"))


def titled() -> bytes:
    rows = [[], ["填表日期：2026年3月"], [], ["姓名", "手机号"], ["李雷", "15400007101"]]
    return book(rows, prepare=lambda made, page: page.merge_range(0, 0, 0, 1, "夏庄街道会员名册"))


def hidden_column() -> bytes:
    return book(TABLE, prepare=lambda made, page: page.set_column(1, 1, 10, None, {"hidden": True}))


def hidden_row() -> bytes:
    return book(TABLE, prepare=lambda made, page: page.set_row(1, None, None, {"hidden": True}))


def formula(value: Any) -> bytes:
    rows = [["姓名", "人数"], ["李雷", None]]
    return book(rows, prepare=lambda made, page: page.write_formula(1, 1, "=40+6", None, value))


def with_entity() -> bytes:
    """Return a workbook whose sheet names a file of this machine in an entity."""

    def change(text: str) -> str:
        text = text.replace("?>", '?><!DOCTYPE x [<!ENTITY stolen SYSTEM "file:///etc/hostname">]>', 1)
        return text.replace(
            "<sheetData>", '<sheetData><row r="9"><c r="A9" t="inlineStr"><is><t>&stolen;</t></is></c></row>'
        )

    return changed(book(TABLE), "xl/worksheets/sheet1.xml", change)


def wide() -> bytes:
    return book([["姓名", *(f"列{n}" for n in range(101))], ["李雷", *range(101)]])


def bomb() -> bytes:
    return archive(xl__workbook_xml="<a/>", xl__worksheets__sheet1_xml=" " * 60_000_000)


DIRT = [
    # ---- numbers
    cell("full-width digits", "手机号", "１５４００００７１０１", NUMBER),
    cell("phone as number", "手机号", 15400007101, NUMBER),
    cell("phone with spaces and dashes", "手机号", "154-0000 7101", NUMBER),
    cell("phone with country code", "手机号", "+86 15400007101", NUMBER),
    cell("phone as a decimal in text", "手机号", "15400007101.0", NUMBER),
    cell("phone in scientific notation", "手机号", "1.54E+10", LOST),
    cell("phone in full-width scientific notation", "手机号", "１.５４Ｅ＋１０", LOST),
    cell("phone with stars", "手机号", "154****7101", "号码带星号，不完整。请填 11 位，或“尾号 1234”。"),
    cell("phone as exported", "手机号", "尾号 7101", "尾号 7101"),
    cell(
        "phone that lacks a digit", "手机号", "1540000710", "手机号应为 11 位数字，以 13 至 19 开头，请检查后重新填写。"
    ),
    cell("landline", "手机号", "0532-87868888", "这是固定电话，收不到验证码，请填写手机号。"),
    cell("phone as date", "手机号", DAY, "手机号变成了日期，请把这一列设成“文本”，重新填写。"),
    cell("identity number as number", "单位", 370214199001011234, LOST),
    cell("identity number in scientific notation", "单位", "3.70214E+17", LOST),
    cell("count with unit", "人数", "46人", 46),
    cell("count with full-width comma", "人数", "１，２００", 1200),
    cell("count with a fraction", "人数", 4.5, "“4.5”不是整数。"),
    cell("count below the least", "人数", 0, "应在 1 到 10000 之间。"),
    cell("count in words", "人数", "若干", "“若干”不是整数。"),
    cell("amount with sign and commas", "金额", "¥5,000.00", Decimal("5000.00")),
    cell("amount in ten thousands", "金额", "0.5万元", Decimal("5000.00")),
    cell("amount that was computed", "金额", 0.1 + 0.2, Decimal("0.30")),
    cell("amount with three decimals", "金额", 5.005, "金额最多写到分。"),
    cell("amount in words", "金额", "五千", "“五千”不是金额，请只写数字，单位是元。"),
    cell("amount of nothing", "金额", 0, "金额要大于 0，不能太大。"),
    # ---- days
    cell("day as day", "日期", DAY, DAY),
    cell("month as number", "日期", 2026.3, dt.date(2026, 3, 1)),
    cell("month with dot as text", "日期", "2026.3", dt.date(2026, 3, 1)),
    cell(
        "month that may be October", "日期", 2026.1, "“2026.1”可能是 1 月，也可能是 10 月，请写成 2026-01 或 2026-10。"
    ),
    cell("month in words", "日期", "2026年3月", dt.date(2026, 3, 1)),
    cell("month of birth", "日期", "1985-03", dt.date(1985, 3, 1)),
    cell("serial day", "日期", 46086, DAY),
    cell("serial day as text", "日期", "46086", DAY),
    cell("serial day with time", "日期", 46086.75, DAY),
    cell("day in eight digits", "日期", 20260305, DAY),
    cell("day with slashes", "日期", "2026/3/5", DAY),
    cell("day in full-width digits", "日期", "２０２６．３．５", DAY),
    cell("day as it is spoken", "日期", "2026年3月5号", DAY),
    cell("day with time", "日期", "2026-03-05 14:00:00", DAY),
    cell("day that does not exist", "日期", "2026-02-30", "没有这一天，请核对月和日。"),
    cell("year alone", "日期", 2026, "只写了年份，请写到月或日，如 2026-03-05。"),
    cell("year alone as text", "日期", "2026年", "只写了年份，请写到月或日，如 2026-03-05。"),
    cell("day of another century", "日期", "1785-03-05", "年份应在 1900 至 2100 之间。"),
    cell("number that is no day", "日期", 12, "“12”不是日期，请按 2026-03-05 的形式填写。"),
    cell("truth as day", "日期", True, "这里应是日期。"),
    cell("words as day", "日期", "开春以后", DAY_FORM),
    # ---- texts and names
    cell("line break in a name", "姓名", "李\n雷", "李雷"),
    cell("direction mark in a name", "姓名", "\u202a李雷\u202c\u200e", "李雷"),
    cell("spaces in a name", "姓名", " 李　雷 ", "李雷"),
    cell("radical from a PDF", "姓名", "⺠⽣", "民生"),
    cell("other dot in a name", "姓名", "阿不都•热合曼", "阿不都·热合曼"),
    cell("private character in a name", "姓名", "李\ue000", "姓名中有别的电脑显示不出的自造字，请改用标准汉字。"),
    cell("number as name", "姓名", 12, "姓名应是文字，这里是数字或日期。"),
    cell("remark as name", "姓名", "见附表3！", "“见附表3！”不像姓名，请检查。"),
    cell("short name of a subdistrict", "街道", "夏庄", 1),
    cell("subdistrict almost right", "街道", "夏庄镇", "没有“夏庄镇”。是不是“夏庄街道”？"),
    cell("subdistrict that is none", "街道", "李沧", "没有“李沧”，请从这些里选：夏庄街道、流亭街道。"),
    cell("line break in a text", "单位", "沐野\r\n公司", "沐野 公司"),
    cell("text that is too long", "单位", "沐" * 21, "最多 20 个字，现在有 21 个。"),
    cell("text like a formula", "单位", "=1+1", "=1+1"),
    # ---- sheets
    Dirt(
        "invisible blank",
        lambda: book([["姓名", "单位"], ["\u200b\u3000", "沐野"]]),
        [{"name": "没填。", "unit": "沐野"}],
    ),
    Dirt("trailing blank rows", lambda: book([*TABLE, *[[" ", None]] * 40]), CLEAN),
    Dirt("blank rows between", lambda: book([TABLE[0], [], [], TABLE[1]]), CLEAN),
    Dirt("titles above the header", titled, CLEAN),
    Dirt(
        "headers in another order, with signs",
        lambda: book([[" 电 话 ", "备注", "＊姓名（必填）"], ["15400007101", "x", "李雷"]]),
        CLEAN,
    ),
    Dirt("traditional headers", lambda: book([["姓名", "手機號"], TABLE[1]]), CLEAN),
    Dirt("merged cells", merged_names, [{"name": "李雷", "unit": "沐野公司"}, {"name": "周予安", "unit": "沐野公司"}]),
    Dirt("hidden sheet", with_hidden_sheet, CLEAN, ("隐藏的工作表“旧名单”没有读。",)),
    Dirt("second sheet", with_second_sheet, CLEAN, ("还有工作表“说明”，没有读；要读请另存成一个文件。",)),
    Dirt("hidden column", hidden_column, CLEAN, ("hidden 1",)),
    Dirt("hidden row", hidden_row, CLEAN, ("有隐藏或筛掉的行，一起读了。",)),
    Dirt("formula", lambda: formula(46), [{"name": "李雷", "count": 46}]),
    Dirt("formula with an error", lambda: formula("#N/A"), [{"name": "李雷"}]),
    Dirt("entity of a file", with_entity, BROKEN),
    # ---- formats
    csv_file("CSV in UTF-8 with mark", CSV, "utf-8", b"\xef\xbb\xbf"),
    csv_file("CSV in UTF-8 without mark", CSV, "utf-8"),
    csv_file("CSV in GBK", CSV, "gbk"),
    csv_file("CSV in UTF-16", CSV, "utf-16"),
    csv_file("CSV with tabs", CSV.replace(",", "\t"), "utf-8"),
    csv_file("CSV with semicolons", CSV.replace(",", ";"), "utf-8"),
    csv_file("CSV in quotes", '"姓名","单位"\r\n"李雷","沐野公司"\r\n', "gb18030"),
    Dirt(
        "CSV that keeps text",
        lambda: '姓名,手机号,单位\r\n李雷,="15400007101",\'=1+1\r\n'.encode(),
        [{**CLEAN[0], "unit": "=1+1"}],
    ),
    Dirt("xls", lambda: xls(TABLE), CLEAN),
    Dirt("ods", lambda: ods(TABLE), CLEAN),
    # ---- files that cannot be read
    refused("empty file", lambda: b" \r\n", "这是一个空文件，请重新选择。"),
    refused(
        "web page named xls",
        lambda: b"<html><table><tr><td>1</td></tr></table>",
        "这个文件其实是网页，不是表格。请用 Excel 或 WPS 打开，另存为 .xlsx 再上传。",
    ),
    refused(
        "password",
        lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "这张表加了密码，请去掉密码，另存为 .xlsx 再上传。",
    ),
    refused(
        "macros",
        lambda: archive(xl__workbook_xml="<a/>", xl__vbaProject_bin="x"),
        "这张表里有宏，请另存为不带宏的 .xlsx 再上传。",
    ),
    refused("PDF", lambda: b"%PDF-1.7", NO_SHEET),
    refused("Word file", lambda: archive(word__document_xml="<a/>"), NO_SHEET),
    refused("zip bomb", bomb, "这个文件展开后太大，请拆成几个文件再上传。"),
    refused("file cut off", lambda: book(TABLE)[:-400], "这个文件打不开，可能没有传完整，请重新保存后再上传。"),
    refused("old file cut off", lambda: xls(TABLE)[:600], BROKEN),
    refused("bytes of nothing", lambda: bytes(range(128, 256)) * 9 + b"\xff", BROKEN),
    refused("too many columns", wide, "一张表最多 100 列，请删去用不着的列再上传。"),
    refused("header alone", lambda: book([["姓名", "手机号"]]), "表里没有可以读的行。"),
    refused("sheet without cells", lambda: book([]), "表里没有可以读的行。"),
    refused(
        "column that the registry does not hold",
        lambda: book([["姓名", "家 庭 成 员", "政治表现"], ["李雷", "x", "y"]]),
        "名册不存“家 庭 成 员”、“政治表现”这样的内容。请把这一列删掉再上传；刚才上传的文件已经删除。",
    ),
]
