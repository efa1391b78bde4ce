"""The sheet with which a chair hands over: what is open in the records at this moment, of all apps (slot `open_items`)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chengyang import clock, extensions
from chengyang.extensions import OpenItem, OpenSection
from chengyang.lib.chinese import dates

from .models import Duty, HandOver, Organization

AHEAD = dt.timedelta(weeks=4)  # of activities


@dataclass(frozen=True)
class Section:
    """One part of the sheet: its heading, and what is open."""

    label: Any
    items: Sequence[OpenItem]

    @property
    def count(self) -> int:
        return len(self.items)


def open_now(organization: Organization) -> list[Section]:
    """Return what is open in `organization` now, section by section; what has no due date comes last."""
    today = clock.today()
    found: dict[str, list[OpenItem]] = {}
    for source in extensions.open_items():
        found.setdefault(source.section, []).extend(source.find(organization, today, today + AHEAD))
    return [
        Section(
            section.label, sorted(found.get(section, ()), key=lambda item: (item.on or dt.date.max, str(item.title)))
        )
        for section in OpenSection
    ]


def sections_of(sheet: HandOver) -> list[Section]:
    """Return what the sheet lists: what is open now, and after handing over what was open then."""
    return open_now(sheet.organization) if sheet.items is None else _thawed(sheet.items)


def frozen(sections: Sequence[Section]) -> dict[str, list[dict[str, str]]]:
    """Return `sections` as a sheet stores them."""
    return {
        section.value: [
            {"title": str(one.title), "note": str(one.note), "on": one.on.isoformat() if one.on else "", "url": one.url}
            for one in found.items
        ]
        for section, found in zip(OpenSection, sections, strict=True)
    }


def _thawed(items: Mapping[str, Sequence[Mapping[str, str]]]) -> list[Section]:
    return [
        Section(
            section.label,
            [
                OpenItem(
                    one["title"],
                    note=one["note"],
                    on=dt.date.fromisoformat(one["on"]) if one["on"] else None,
                    url=one["url"],
                )
                for one in items.get(section.value, ())
            ],
        )
        for section in OpenSection
    ]


def words_of(section: Section) -> str:
    """Return the items of a section as lines of text, for a paper."""
    lines = [
        "，".join(filter(None, [str(one.title), str(one.note), dates.day(one.on) if one.on else ""]))
        for one in section.items
    ]
    return "\n".join(lines)


def share_before(duty: Duty) -> Duty | None:
    """Return the share that ends when `duty` begins."""
    rows = Duty.objects.shares().filter(organization=duty.organization_id, ends=duty.starts)
    return rows.select_related("person__user").first()
