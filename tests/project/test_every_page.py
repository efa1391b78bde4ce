"""What holds on every page, whoever opens it: decisions.md, "CSP"; style.md rules 10 and 14; requirements G13."""

import re

import pytest
from django.conf import settings

from chengyang.lib.vault.public_ids import PUBLIC_ID_REGEX
from tests import personas

from . import addresses, markup, matrix

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Whose browser a page is opened in: the first of these who gets it.
READERS = ("visitor", "member", "leader", "xiazhuang", "district", "secadmin", "auditor", "sysadmin", "secretary")
TABLE = matrix.read() if matrix.FILE.exists() else {}
# Latin words that are said in Chinese too: formats, names of programs and of methods, what the cast is called.
LATIN = {
    "csrf",
    "json",
    "openapi",
    "ical",
    "firefox",
    "chrome",
    "pdf",
    "freeotp",
    "microsoft",
    "authenticator",
    "google",
}
LATIN |= {"demo", "invalid", "api", "webcal", "cookie", "outlook"}
# Codes that stand for themselves in the tables of codes.
LATIN |= {"enterprise", "new", "media", "four", "five", "six", "haves", "goods", "team", "registration"}
COLUMNS = (
    "activities:calendar",
    "organizations:list",
    "bases:list",
    "services:home",
    "standards:list",
    "standards:detail",
)
# What is no word: numbers read out at the door, public ids, digests, addresses.
NUMBERS = re.compile(
    rf"\b[0-9A-Z]{{5}} [0-9A-Z]{{5}}\b|\b{PUBLIC_ID_REGEX}\b|\b[0-9a-f]{{12,}}\b|https?://\S+|/[a-z][\w/-]*/|\S+@\S+"
)


def policy(text):
    return {name: set(values) for name, *values in (part.split() for part in text.split(";") if part.strip())}


def reader_of(row):
    """Return who of `READERS` gets the page of `row`, or nothing when nobody does."""
    return next((name for name in READERS if TABLE[row].get(name) == "200"), "")


OPEN = [row for row in addresses.rows() if ("GET", row) in TABLE and reader_of(("GET", row))]


@pytest.fixture
def opened(world, browser_of):
    """Return a function that opens the page of a row in a suitable browser: (response, page or None when not HTML)."""

    def open_page(row):
        browser = browser_of(reader_of(("GET", row)))
        response = browser.get(addresses.path_of(row, world), addresses.QUERIES.get(row))
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        text = b"".join(response).decode("utf-8", "replace")
        return response, markup.read(text) if is_html else None

    return open_page


def english(page):
    """Return the English words of a page; numbers that are read out at the door or stand for a row are none."""
    said = NUMBERS.sub("", page.said())
    return {word.lower() for word in markup.WORD.findall(said)} - LATIN - set("_".join(personas.NAMES).split("_"))


def faults(page):
    """Return what is wrong with a page, in words."""
    wrong = list(page.wrong)
    wrong += [] if page.lang == "zh-CN" else [f"lang is {page.lang!r}"]
    wrong += [] if page.headings == 1 else [f"{page.headings} main headings"]
    wrong += [] if page.title.strip(" ·").removesuffix(settings.SITE["name"]).strip(" ·") else ["no title"]
    wrong += [f"no {name}" for name in ("SiteName", "SiteDomain", "description") if not page.metas.get(name)]
    wrong += [f"says {word}" for word in sorted(english(page))]
    return wrong + [f"shows {found}" for found in markup.MADE_BY_MISTAKE.findall(page.said())]


@pytest.mark.parametrize("row", OPEN)
def test_a_page_keeps_the_rules_of_all_pages(opened, row):
    response, page = opened(row)
    wrong = faults(page) if page else []
    if row != "files:file" and policy(response.headers["Content-Security-Policy"]) != policy(POLICY):
        wrong.append("another policy")
    assert ", ".join(wrong) == ""


@pytest.mark.parametrize("row", COLUMNS)
def test_a_column_says_what_it_is(opened, row):
    _, page = opened(row)
    tags = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
    assert [name for name in tags if not page.metas.get(name)] == []
