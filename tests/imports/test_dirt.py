"""Every kind of dirt gives the value, or the sentence, that `dirty.py` expects; the parsers survive anything."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengyang.errors import ActionError
from chengyang.platform.imports import examining, reading
from chengyang.platform.sheets import incoming, reader
from chengyang.platform.sheets.parsing import Day, Money, Name, Number, Phone, Text, clean

from .dirty import DIRT, Everything
from .workbooks import book

KIND = Everything()


def lines(data):
    """Return the lines of `reader`, in this process, as they come out of the other one."""
    read = reader.read_csv if reading.form_of(data) == "csv" else reader.read_book
    try:
        return [json.loads(json.dumps(line)) for line in read(data)]
    except reader.Refused as refusal:
        raise reading.refusal(str(refusal)) from None


def read(data):
    """Return (rows with values and sentences, sentences about the file)."""
    found = []
    head, _count = reading.take_sheet(lines(data), KIND, lambda number, rows: found.extend(rows))
    mapping, _twice = incoming.match_headers(head.headers, KIND.columns)
    columns = [column for column in KIND.columns if column.code in mapping]
    rows = examining._parsed(columns, mapping, found)
    return [row.values | row.problems for row in rows], [*head.notes, *(f"hidden {place}" for place in head.hidden)]


@pytest.mark.parametrize("dirt", DIRT, ids=lambda dirt: dirt.name.replace(" ", "-"))
def test_dirt_is_read_or_refused_with_its_sentence(dirt):
    if isinstance(dirt.expected, str):
        with pytest.raises(ActionError) as refusal:
            read(dirt.make())
        assert str(refusal.value) == dirt.expected
        return
    rows, notes = read(dirt.make())
    assert (rows, tuple(notes)) == (dirt.expected, dirt.notes)


def test_there_are_more_than_forty_kinds_of_dirt():
    assert len({dirt.name for dirt in DIRT}) == len(DIRT) > 60


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(reader, "MOST_ROWS", 5)
    with pytest.raises(ActionError) as refusal:
        read(book([["姓名", "单位"], *[["李雷", "沐野"]] * 40]))
    assert refusal.value.code == "rows"


def test_a_hostile_sheet_ends_its_process_and_no_other(monkeypatch):
    """A process that takes too much memory is a file that is too large."""
    monkeypatch.setattr(reading, "READER", [*reading.READER[:1], "-c", "raise MemoryError"])
    with pytest.raises(ActionError) as refusal:
        list(reading.lines(book([["姓名"]])))
    assert refusal.value.code == "bomb"


def test_a_sheet_with_one_cell_far_away_is_refused_by_the_limit_of_memory():
    def prepare(made, page):
        page.write(1_048_575, 16_383, "x")

    with pytest.raises(ActionError) as refusal:
        list(reading.lines(book([["姓名"]], prepare=prepare)))
    assert refusal.value.code in ("bomb", "columns", "broken")


# ---- anything at all ------------------------------------------------------------------------------------------------
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=40),
    st.sampled_from([["d", "2026-03-05"], ["m", "2026-03-05T14:00:00"], ["t", "14:00"]]),
    st.from_regex(r"[0-9０-９.\-/年月日 EeE+万元¥,]{0,14}", fullmatch=True),
)  # fmt: skip
TYPES = [Text(20), Name(), Phone(), Day(), Number(), Money()]


def read_cell(kind, cell):
    """Return (value, "") or (None, the sentence)."""
    try:
        return kind.parse(cell), ""
    except ValueError as error:
        return None, str(error)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: type(kind).__name__)
@given(cell=CELLS)
@settings(max_examples=150, deadline=None)
def test_any_cell_is_read_or_refused_with_a_sentence(kind, cell):
    value, sentence = read_cell(kind, cell)
    if sentence:
        assert sentence.endswith(("。", "？"))
        return
    text = kind.text(value)
    assert clean(text) == text
    assert kind.parse(text) == value if text else not value  # what an export writes is read back as the same value


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
@settings(max_examples=60, deadline=None)
def test_a_day_in_any_form_is_that_day(day):
    forms = [
        f"{day:%Y-%m-%d}", f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"), ["d", day.isoformat()],
    ]  # fmt: skip
    if day > dt.date(1908, 3, 18):
        forms.append((day - dt.date(1899, 12, 30)).days)
    assert {Day().parse(form) for form in forms} == {day}


@given(amount=st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2))
@settings(max_examples=60, deadline=None)
def test_an_amount_in_any_form_is_that_amount(amount):
    assert {Money().parse(form) for form in (str(amount), f"¥{amount:,}", f"{amount}元", float(amount))} == {amount}
