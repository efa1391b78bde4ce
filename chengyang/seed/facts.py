"""The facts that the district has published, read once from `chengyang/seed/chengyang.json`."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FILE = Path(__file__).with_name("chengyang.json")


@dataclass(frozen=True)
class Milestone:
    """A published event; `date` may be only a year or a month (show it with `|partial_date`)."""

    date: str
    text: str


@lru_cache(maxsize=1)
def facts() -> MappingProxyType[str, Any]:
    """Return the whole file; entries with `"published": false` are invented names for what the report only counts."""
    return MappingProxyType(json.loads(FILE.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def milestones() -> tuple[Milestone, ...]:
    """Return the milestones, the newest first."""
    found = [Milestone(**entry) for entry in facts()["milestones"]]
    return tuple(sorted(found, key=lambda milestone: milestone.date, reverse=True))


def modes() -> dict[str, Any]:
    """Return 1+6, 五化, 七步 and 七加 as published."""
    return facts()["modes"]


def results() -> dict[str, Any]:
    """Return the figures of 2018–2023; a test compares them with the figures counted from demo records."""
    return facts()["results"]
