"""The text of the privacy rules: reading the versions for seeding, splitting a text into parts, comparing versions.

A text is plain: a line that starts with `## ` is a heading, with `- ` a list item, any other line a paragraph. It does not
contain the data controller and its contact, which may change while a published text may not: the page takes them from the
settings.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "texts"


@dataclass
class Block:
    """A paragraph (`text`), or a list (`items`)."""

    text: str = ""
    items: list[str] = field(default_factory=list)


@dataclass
class Part:
    """A heading and the blocks below it; the heading of the first part may be empty."""

    heading: str
    blocks: list[Block] = field(default_factory=list)


def published_text(version: int) -> str:
    """Return the text of `version` from the source tree. Raises FileNotFoundError for an unknown version."""
    return (FOLDER / f"rules_{version}.txt").read_text(encoding="utf-8").strip() + "\n"


def parts(text: str) -> list[Part]:
    """Return `text` split into parts."""
    found = [Part("")]
    for line in _lines(text):
        if line.startswith("## "):
            found.append(Part(line[3:]))
        elif line.startswith("- "):
            _list_of(found[-1]).append(line[2:])
        else:
            found[-1].blocks.append(Block(line))
    return [part for part in found if part.heading or part.blocks]


@dataclass(frozen=True)
class Change:
    """Lines under one heading that differ; `before` is empty for added lines, `after` for removed ones."""

    heading: str
    before: list[str]
    after: list[str]


def changes(former: str, present: str) -> list[Change]:
    """Return the differences between two versions of the text, in the order of `present` (requirements P02)."""
    old, new = list(_lines(former)), list(_lines(present))
    found = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            above = (line[3:] for line in reversed(new[: new_from + 1]) if line.startswith("## "))
            found.append(Change(next(above, ""), _plain(old[old_from:old_to]), _plain(new[new_from:new_to])))
    return found


def _plain(lines: list[str]) -> list[str]:
    return [line.removeprefix("## ").removeprefix("- ") for line in lines]


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _list_of(part: Part) -> list[str]:
    if not part.blocks or part.blocks[-1].text:
        part.blocks.append(Block())
    return part.blocks[-1].items
