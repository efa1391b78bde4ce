"""Find citations in the files of the repository and check their targets. Forms: docs/style.md, "Citations"."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .sources import ROOT

DOCS = ROOT / "docs"
SUFFIXES = {".css", ".example", ".html", ".js", ".md", ".py", ".toml", ".tsv", ".txt", ".yaml"}
WITH_EXAMPLES = {
    "tests/project/citations.py",
    "tests/project/test_citations.py",
}  # these files contain wrong citations on purpose
DOCUMENT = r"(?<![\w/.-])((?:\.\.?/)*(?:[\w-]+/)*[\w-][\w.-]*\.md)\b`?(?:\]\([^)]*\))?"
NUMBERS = r"(\d+(?:(?:, | and |–)\d+)*)"
LETTERS = "ACGMPSUVX"  # first letters of the codes of requirements

_SVG_PATH = re.compile(r'\sd="[^"]*"')
_LINE_END = re.compile(r"\s*\n[\s#|]*")
_CODE = re.compile(rf"(?<![\w#./+%-])([{LETTERS}]\d\d)(?:[–-]([{LETTERS}]\d\d))?(?!\w)")
_TOKEN = r"(?:[A-Za-z]?\d\w*(?:\.\d+)?|[A-Z]\b)"  # text that is meant as a code, valid or not
_AFTER_ITS_WORD = re.compile(rf"[Rr]equirements?(?:\.md`?)? ({_TOKEN}(?:(?:, | and |–){_TOKEN})*)")
_IN_BRACKETS = re.compile(r"(?<=[( –])([A-Z]\d+[a-z]?)(?=\)|, [A-Z]\d|–[A-Z]\d)")
_RULES = re.compile(rf"(?:{DOCUMENT},? (?:rules? )?|\b[Rr]ules? ){NUMBERS}(?!\w|\.\d)")
_SECTION = re.compile(rf'{DOCUMENT}, ["“]([^"”]+)["”]')
_DOCUMENT = re.compile(DOCUMENT)
_IN_DOCS = re.compile(r"(?<![\w/.])docs/[\w/.-]*\w")
_ANCHOR = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
_UNQUOTED = re.compile(
    rf'{DOCUMENT}(?:, (?!["“]|[{LETTERS}]\d\d|rules? \d|requirements? |\S+\.md)[^)]+| "[^"]+"| \([^)]*)\)'
)
_BY_STEM = r"\((?:{})(?:, | \d|: )[^)]*\)"


# ---- the files -------------------------------------------------------------------------------------------------------
def one_line(text: str) -> str:
    """Return `text` as one line, because a citation may be wrapped, and without SVG paths, which look like codes."""
    return _LINE_END.sub(" ", _SVG_PATH.sub("", text))


@cache
def files() -> dict[str, Path]:
    """Return path → file for every text file of the repository, without ignored folders."""
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and folder.name not in ignored | {".git"}]
    found = sorted([*ROOT.iterdir(), *(file for folder in folders for file in folder.rglob("*"))])
    return {str(file.relative_to(ROOT)): file for file in found if file.suffix in SUFFIXES and file.is_file()}


@cache
def texts() -> dict[str, str]:
    """Return path → text on one line, for every file of the repository that may contain citations."""
    return {path: one_line(file.read_text()) for path, file in files().items() if path not in WITH_EXAMPLES}


# ---- citations in a text ---------------------------------------------------------------------------------------------
def codes_in(text: str) -> set[str]:
    """Return the codes of requirements that `text` cites, valid or not; a range cites every code in it."""
    found = set(_IN_BRACKETS.findall(text))
    for tokens in _AFTER_ITS_WORD.findall(text):
        found.update(re.findall(_TOKEN, tokens))
    for first, last in _CODE.findall(text):
        last = last or first
        found.update({last, *(f"{first[0]}{number:02}" for number in range(int(first[1:]), int(last[1:]) + 1))})
    return found


def rules_in(text: str) -> set[tuple[str, int]]:
    """Return (document, number) of each rule that `text` cites; a rule without a document belongs to domain.md."""
    found = set()
    for document, numbers in _RULES.findall(text):
        name = Path(document or "domain.md").name
        for part in re.split(", | and ", numbers):
            first, _dash, last = part.partition("–")
            found.update((name, number) for number in range(int(first), int(last or first) + 1))
    return found


def documents_in(text: str) -> set[str]:
    return {*_DOCUMENT.findall(text), *_IN_DOCS.findall(text)}


def sections_in(text: str) -> set[tuple[str, str]]:
    """Return (document, section) of each section that `text` cites by its name."""
    return set(_SECTION.findall(text))


def anchors_in(text: str) -> set[tuple[str, str]]:
    """Return (document, anchor) of each link into a page; the document is empty for a link within the page."""
    return set(_ANCHOR.findall(text))


def unquoted_in(text: str) -> list[str]:
    """Return citations of sections that lack quotation marks."""
    return [match.group() for match in _UNQUOTED.finditer(text)]


def stems_in(text: str) -> list[str]:
    """Return citations of documents that lack `.md`."""
    stems = "|".join(sorted(file.stem for file in DOCS.glob("*.md") if file.stem != "requirements"))
    return re.findall(_BY_STEM.format(stems), text)


# ---- targets of citations ---------------------------------------------------------------------------------------------
def find(name: str, *, cited_in: str) -> Path | None:
    """Return the file or folder that `name` refers to in the file `cited_in`, or None."""
    places = (ROOT, DOCS, (ROOT / cited_in).parent)
    return next((place / name for place in places if (place / name).exists()), None)


def cells(document: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables of a document in docs/."""
    for line in (DOCS / document).read_text().splitlines():
        if line.startswith("|") and not line.startswith(("| ---", "|---")):
            yield [cell.strip() for cell in line.strip("|").split("|")]


@cache
def requirements() -> list[tuple[str, str, str]]:
    """Return (code, requirement, law or standard) of each line of docs/requirements.md."""
    return [tuple(row) for row in cells("requirements.md") if re.fullmatch(r"[A-Z]\d\d", row[0])]


@cache
def rules(document: str) -> set[int]:
    """Return the numbers of the rules of a document in docs/."""
    return {int(number) for number in re.findall(r"^(\d+)\. ", (DOCS / document).read_text(), re.MULTILINE)}


@cache
def headings(file: Path) -> set[str]:
    return {heading.strip() for heading in re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)}


@cache
def sections(file: Path) -> set[str]:
    """Return the sections of a document that can be cited: headings, terms in bold, first cells of table rows."""
    text = file.read_text()
    bold = re.findall(r"^(?:[-*] )?\*\*(.+?)\.?\*\*", text, re.MULTILINE)
    first_cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    return {name.replace("`", "").strip() for name in (*headings(file), *bold, *first_cells)}


@cache
def anchors(file: Path) -> set[str]:
    """Return the anchors of a document, derived from its headings as GitHub does."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(file)}
