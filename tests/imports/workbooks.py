"""Workbooks of the tests, made in memory."""

import io

import xlsxwriter


def book(rows, *, sheet="会员", prepare=None):
    """Return an xlsx file with `rows` in one sheet; `prepare(book, page)` may add to it."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"strings_to_formulas": False})
    page = made.add_worksheet(sheet)
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if hasattr(value, "year"):
                page.write_datetime(number, place, value, day)
            elif value is not None:
                page.write(number, place, value)
    if prepare:
        prepare(made, page)
    made.close()
    return out.getvalue()
