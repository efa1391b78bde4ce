"""Activities made from a day and a topic: organizer, place, sign-up window and number of attendees."""

import datetime as dt
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from activities.actions.activities import RECORDS_DAYS
from activities.actions.signup_upkeep import ANONYMISE_AFTER
from activities.models import Activity
from activities.states import ActivityState
from chengyang import clock

from .accounts import DOMAIN
from .dataset import Dataset
from .schedule import Slot

BRAND = "新心行动"  # of topics without a brand of their own
ATTENDANCES = 60_600  # check-ins of 新心行动; the published figure is 60,000 and more
HALL = "区文化中心报告厅"  # the place of activities before the first base opened
INSURANCE = "主办方为每位到场者投保人身意外险，签到后生效。"
NOW_SHARE = 0.55  # of the usual size, for activities to which only people with an account can come
VILLAGES = {
    "城阳": ("向阳里社区", "仁和里社区", "正阳东里社区", "春城里社区", "礼阳社区"),
    "夏庄": ("樱桃谷社区", "银杏里社区", "源头溪社区", "丹枫社区", "崂麓社区"),
    "惜福镇": ("同心里社区", "松坞社区", "后溪社区", "青峰里社区"),
    "流亭": ("汇流社区", "白沙里社区", "仙阳里社区", "三河里社区"),
    "棘洪滩": ("匠心里社区", "轨道新苑社区", "棠梨社区"),
    "上马": ("湿地东社区", "芦花社区", "凤栖里社区"),
    "河套": ("新智里社区", "韶海里社区", "罗湾里社区"),
    "红岛": ("渔歌社区", "盐滩里社区", "观海里社区"),
}


@dataclass
class Event:
    """An activity that is not written yet, with the number of attendees and its marks (see `Slot`)."""

    activity: Activity
    topic: dict[str, Any]
    wanted: int
    marks: set[str] = field(default_factory=set)
    rows: list[Any] = field(default_factory=list)  # its sign-ups

    @property
    def day(self) -> dt.date:
        return self.activity.starts.date()


class EventFactory:
    """Makes events in order of time: organizers take turns, and series number their sessions."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset, self.rng = dataset, dataset.random_source("events")
        self.numbers: defaultdict[str, count] = defaultdict(lambda: count(1))
        self.turns: Counter[str] = Counter()
        self.bases = {base.name: base for base in dataset.bases.values()}

    def make(self, slot: Slot, **fields: Any) -> Event:
        """Return the event of `slot`; `fields` of the activity override those of the topic."""
        topic, span = slot.topic, slot.topic.get("span", 1)
        starts = clock.at(slot.day, dt.time.fromisoformat(fields.pop("time", topic["start"])))
        host = self._host(topic, slot.day)
        values = {
            "public_id": self.rng.public_id(),
            "kind": topic["kind"],
            "programme": self.dataset.programmes.get(topic.get("programme", "")),
            "brand": self.dataset.brands[topic.get("brand", BRAND)],
            "starts": starts,
            "ends": starts + dt.timedelta(days=span - 1, hours=topic["hours"]),
            "audience": topic.get("audience", Activity.Audience.PUBLIC),
            "audience_note": topic.get("audience_note", ""),
            "summary": topic["summary"],
            "agenda": _agenda(starts, topic["agenda"]),
            "bring": topic.get("bring", ""),
            "hazards": topic.get("hazards", ""),
            "insurance": INSURANCE if "hazards" in topic else "",
            "by_review": topic.get("review", False),
            "is_demo": True,
            **host,
        }
        activity = Activity(**{**values, **self._where(topic, host, slot.day), **fields})
        activity.title = self._title(topic, activity)
        self._contact(activity)
        self._publish(activity)
        return Event(activity, topic, self._size(topic, slot.day), slot.marks)

    # ---- organizer and place ------------------------------------------------------------------------------------------
    def _turn(self, kind: str, options: list[Any]) -> Any:
        self.turns[kind] += 1
        return options[self.turns[kind] % len(options)]

    def _host(self, topic: dict[str, Any], day: dt.date) -> dict[str, Any]:
        """Return the columns of the organizer and of the subdistrict that is responsible."""
        kind, _, slug = topic["host"].partition(":")
        if kind == "team":
            return {"team": self.dataset.teams[slug], "subdistrict": self.dataset.teams[slug].subdistrict}
        if kind == "base":
            return {"base": self.dataset.bases[slug], "subdistrict": self.dataset.bases[slug].subdistrict}
        if kind == "office":
            return {}
        if slug:
            organizers = [self.dataset.organizations[slug]]
        else:
            organizers = [organizer for organizer in self.dataset.organizations.values() if organizer.founded_on <= day]
        if kind == "area":
            organizers = [organizer for organizer in organizers if organizer.subdistrict_id]
        organizer = self._turn(kind, organizers)
        return {"organization": organizer, "subdistrict": organizer.subdistrict}

    def _where(self, topic: dict[str, Any], host: dict[str, Any], day: dt.date) -> dict[str, Any]:
        """Return the columns of base, place, address and mode, and the subdistrict where the place decides it."""
        online = topic.get("online", "")
        if online == "always":
            return {"mode": Activity.Mode.ONLINE, "online_url": self._link()}
        where: dict[str, Any] = {"mode": Activity.Mode.BOTH, "online_url": self._link()} if online else {}
        at = topic.get("at", "")
        if at == "village":
            return {**where, **self._village(host)}
        base = self._base(host, day) if at == "base" else self.bases.get(at) or host.get("base")
        if base is None:
            at = HALL if at == "base" else at
            area = host.get("subdistrict")
            if not at.startswith("街道"):
                named = [row for name, row in self.dataset.subdistricts.items() if at.startswith(name)]
                return {**where, "place": at, "place_subdistrict": named[0] if named else None}
            return {**where, "place": area.name + at.removeprefix("街道"), "place_subdistrict": area}
        where |= {"base": base, "place": base.name, "address": base.address or base.place}
        where["place_subdistrict"] = base.subdistrict
        return where | ({"subdistrict": base.subdistrict} if host.get("subdistrict") is None else {})

    def _link(self) -> str:
        return f"https://meet.{DOMAIN}/{self.rng.public_id()}"

    def _village(self, host: dict[str, Any]) -> dict[str, Any]:
        area = host.get("subdistrict") or self._turn("area of a village", list(self.dataset.subdistricts.values()))
        village = self._turn(area.short_name, list(VILLAGES[area.short_name]))
        place = {"place": f"{village}活动中心", "address": f"{area.name}{village}", "place_subdistrict": area}
        return {"subdistrict": area, **place}

    def _base(self, host: dict[str, Any], day: dt.date) -> Any:
        """Return a base of the organizer's subdistrict, else one for the whole district; None before the first one opened."""
        area = host.get("subdistrict")
        found = [base for base in self.bases.values() if base.opened_on <= day]
        near = [base for base in found if area and base.subdistrict_id == area.pk]
        options = near or [base for base in found if base.subdistrict_id is None]
        return self._turn("base", options) if options else None

    def _title(self, topic: dict[str, Any], activity: Activity) -> str:
        title, village = topic["title"], activity.place.removesuffix("活动中心")
        return title.format(n=next(self.numbers[title]) if "{n}" in title else 0, village=village)

    def _contact(self, activity: Activity) -> None:
        organizer = activity.organizer
        activity.contact = f"{organizer.slug if organizer else 'office'}@{DOMAIN}"
        activity.drafted_by = self._drafter(activity)
        activity.approved_by = self.dataset.officer(activity.subdistrict)

    def _drafter(self, activity: Activity) -> Any:
        """Return the account that drafted the activity: the organizer's manager of today, else an officer."""
        organizer = activity.organizer
        return self.dataset.managers.get(organizer) or self.dataset.officer(activity.subdistrict)

    # ---- time and size -------------------------------------------------------------------------------------------
    def _publish(self, activity: Activity) -> None:
        """Publish the activity some days before the sign-up opens, and before today."""
        opens = activity.starts.date() - dt.timedelta(days=self.rng.choice((10, 14, 14, 21)))
        activity.signup_opens = clock.at(opens, dt.time(9))
        activity.signup_closes = clock.at(activity.starts.date() - dt.timedelta(days=1), dt.time(18))
        published = min(opens - dt.timedelta(days=self.rng.randint(1, 4)), self.dataset.ago(self.rng.randint(1, 3)))
        activity.state, activity.published_at = ActivityState.PUBLISHED, self.rng.moment(published, 9, 17)
        activity.submitted_at = activity.published_at - dt.timedelta(days=1)
        activity.changed_at = activity.published_at
        if activity.earns_hours:
            activity.due_on = self.dataset.due(activity.last_day, RECORDS_DAYS)

    def _size(self, topic: dict[str, Any], day: dt.date) -> int:
        low, high = topic["size"]
        size = self.rng.triangular(low, high)
        return round(size * NOW_SHARE) if size > 60 and day > self.dataset.today - ANONYMISE_AFTER else round(size)


def _agenda(starts: dt.datetime, lines: list[str]) -> str:
    """Return `08:30 集合` for `0 集合` (minutes after `starts`), one line each."""
    found = []
    for line in lines:
        minutes, _, words = line.partition(" ")
        found.append(f"{starts + dt.timedelta(minutes=int(minutes)):%H:%M} {words}")
    return "\n".join(found)


def balance(dataset: Dataset, events: list[Event]) -> None:
    """Scale the past sessions of 新心行动 to ATTENDANCES check-ins in all, and set the capacity of every event."""
    sessions = [event for event in events if "completed" in event.marks and event.activity.brand.name == BRAND]
    before = dataset.today - ANONYMISE_AFTER
    large = [event for event in sessions if not event.activity.earns_hours and event.day < before]
    fixed = sum(event.wanted for event in sessions) - sum(event.wanted for event in large)
    scale = (ATTENDANCES - fixed) / sum(event.wanted for event in large)
    for event in large:
        event.wanted = math.ceil(event.wanted * scale)
    for event in events:
        if not event.topic.get("open"):
            event.activity.capacity = math.ceil(event.wanted * 1.12 / 10) * 10
