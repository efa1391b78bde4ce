"""The text of the privacy rules: kept in the source for seeding, shown from the version that was published.

The text is plain: a line that begins with `## ` is a heading, with `- ` an item of a list, anything else a paragraph.
Handler and contact are not in it: a published text never changes, and they stand on the page from the settings.
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
    """What stands under one heading; the first part of a text may have none."""

    heading: str
    blocks: list[Block] = field(default_factory=list)


def published_text(version: int) -> str:
    """Return the text of `version` as the source has it. Raises FileNotFoundError for a version it does not have."""
    return (FOLDER / f"rules_{version}.txt").read_text(encoding="utf-8").strip() + "\n"


def parts(text: str) -> list[Part]:
    """Return the text in parts, for the page and for print."""
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
    """What became of some lines under a heading; one side is empty where lines were only added or taken out."""

    heading: str
    before: list[str]
    after: list[str]


def changes(former: str, present: str) -> list[Change]:
    """Return what differs between two versions of the text, in the order of the present one (requirements P02)."""
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
