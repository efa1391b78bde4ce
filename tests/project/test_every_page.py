"""Rules for every page: decisions.md, "CSP"; style.md rules 10 and 14; requirements G13."""

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
# A page is opened as the first of these personas who may see it.
READERS = ("visitor", "member", "leader", "xiazhuang", "district", "secadmin", "auditor", "sysadmin", "secretary")
TABLE = matrix.read() if matrix.FILE.exists() else {}
# Latin words that Chinese text uses, too: formats, names of programs and methods, words in the accounts of the personas.
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
LATIN |= {"shift", "esc"}  # keys of a keyboard
LATIN |= {"demo", "invalid", "api", "webcal", "cookie", "outlook", "icp", "excel", "xlsx", "csv", "word", "wps", "docx"}
LATIN |= {"xls", "ods", "jpg", "png", "webp"}
# Codes that the lists of the code tables show.
LATIN |= {"enterprise", "new", "media", "four", "five", "six", "haves", "goods", "team", "registration", "shanghui"}
LATIN |= {"money", "firm", "beneficiaries"}
# Files that somebody uploaded: their policy allows nothing.
SERVED_FILES = {"files:file", "files:picture", "files:picture unpublished"}
SERVED_FILES |= {"organizations:charter", "organizations:charter unpublished"}
COLUMNS = (
    "activities:calendar",
    "organizations:list",
    "bases:list",
    "services:home",
    "standards:list",
    "standards:detail",
)
# Not words: ticket numbers, public ids, digests, URLs and paths, e-mail addresses.
NUMBERS = re.compile(
    rf"\b[0-9A-Z]{{5}} [0-9A-Z]{{5}}\b|\b{PUBLIC_ID_REGEX}\b|\b[0-9a-f]{{12,}}\b|https?://\S+|/[a-z][\w/-]*/|\S+@\S+"
)


def policy(text):
    return {name: set(values) for name, *values in (part.split() for part in text.split(";") if part.strip())}


def reader_of(row):
    """Return the first of READERS who may open the page of `row`, or ""."""
    return next((name for name in READERS if TABLE[row].get(name) == "200"), "")


PART = "admin:jobs_job_progress"  # of a page
OPEN = [row for row in addresses.rows() if row != PART and ("GET", row) in TABLE and reader_of(("GET", row))]


@pytest.fixture
def opened(dataset, browser_of):
    """Return a function row → (response, parsed page; None when it is not HTML), sent as a persona who may see it."""

    def open_page(row):
        browser = browser_of(reader_of(("GET", row)))
        response = browser.get(addresses.path_of(row, dataset), addresses.QUERIES.get(row))
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        text = b"".join(response).decode("utf-8", "replace")
        return response, markup.read(text) if is_html else None

    return open_page


def english(page):
    """Return the English words of a page, without NUMBERS, LATIN and the names of the personas."""
    text = NUMBERS.sub("", page.text())
    return {word.lower() for word in markup.WORD.findall(text)} - LATIN - set("_".join(personas.NAMES).split("_"))


def faults(page):
    """Return the faults of a page as texts."""
    wrong = list(page.wrong)
    wrong += [] if page.lang == "zh-CN" else [f"lang is {page.lang!r}"]
    wrong += [] if page.headings == 1 else [f"{page.headings} main headings"]
    wrong += [] if page.title.strip(" ·").removesuffix(settings.SITE["name"]).strip(" ·") else ["no title"]
    wrong += [f"no {name}" for name in ("SiteName", "SiteDomain", "description") if not page.metas.get(name)]
    wrong += [f"shows the English word {word}" for word in sorted(english(page))]
    return wrong + [f"shows {found}" for found in markup.MADE_BY_MISTAKE.findall(page.text())]


@pytest.mark.parametrize("row", OPEN)
def test_a_page_keeps_the_rules_of_all_pages(opened, row):
    response, page = opened(row)
    wrong = faults(page) if page else []
    if row not in SERVED_FILES and policy(response.headers["Content-Security-Policy"]) != policy(POLICY):
        wrong.append("another policy")
    assert ", ".join(wrong) == ""


@pytest.mark.parametrize("row", COLUMNS)
def test_a_column_page_has_the_column_metadata(opened, row):
    _, page = opened(row)
    tags = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
    assert [name for name in tags if not page.metas.get(name)] == []
