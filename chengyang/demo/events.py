"""From a day and a topic to an activity: who organises it, where, when one signs up, and how many come."""

import datetime as dt
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from activities.actions.activities import RECORDS_DAYS
from activities.actions.signups import ANONYMISE_AFTER
from activities.models import Activity
from activities.states import ActivityState
from chengyang import clock

from .accounts import DOMAIN
from .dataset import World
from .schedule import Slot

BRAND = "新心行动"  # of all that has no brand of its own
ATTENDANCES = 60_600  # check-ins of 新心行动; the published figure is 60,000 and more
HALL = "区文化中心报告厅"  # where one met before there were bases
INSURANCE = "主办方为每位到场者投保人身意外险，签到后生效。"
NOW_SHARE = 0.55  # of the usual size, where only people with an account of today can come
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
    """An activity that is not written yet, with how many come and what is special about it."""

    activity: Activity
    topic: dict[str, Any]
    wanted: int
    marks: set[str] = field(default_factory=set)
    rows: list[Any] = field(default_factory=list)  # its sign-ups

    @property
    def day(self) -> dt.date:
        return self.activity.starts.date()


class Maker:
    """Makes events one after the other: bodies take turns, and series count their sessions."""

    def __init__(self, world: World) -> None:
        self.world, self.dice = world, world.dice("events")
        self.numbers: defaultdict[str, count] = defaultdict(lambda: count(1))
        self.turns: Counter[str] = Counter()
        self.bases = {base.name: base for base in world.bases.values()}

    def make(self, slot: Slot, **fields: Any) -> Event:
        """Return the event of `slot`; `fields` of the activity win over what the topic says."""
        topic, span = slot.topic, slot.topic.get("span", 1)
        starts = clock.at(slot.day, dt.time.fromisoformat(fields.pop("time", topic["start"])))
        host = self._host(topic, slot.day)
        values = {
            "public_id": self.dice.public_id(),
            "kind": topic["kind"],
            "programme": self.world.programmes.get(topic.get("programme", "")),
            "brand": self.world.brands[topic.get("brand", BRAND)],
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

    # ---- who and where -------------------------------------------------------------------------------------------
    def _turn(self, kind: str, options: list[Any]) -> Any:
        self.turns[kind] += 1
        return options[self.turns[kind] % len(options)]

    def _host(self, topic: dict[str, Any], day: dt.date) -> dict[str, Any]:
        """Return organization, team or base, and the subdistrict that is responsible."""
        kind, _, slug = topic["host"].partition(":")
        if kind == "team":
            return {"team": self.world.teams[slug], "subdistrict": self.world.teams[slug].subdistrict}
        if kind == "base":
            return {"base": self.world.bases[slug], "subdistrict": self.world.bases[slug].subdistrict}
        if kind == "office":
            return {}
        if slug:
            bodies = [self.world.organizations[slug]]
        else:
            bodies = [body for body in self.world.organizations.values() if body.founded_on <= day]
        if kind == "area":
            bodies = [body for body in bodies if body.subdistrict_id]
        body = self._turn(kind, bodies)
        return {"organization": body, "subdistrict": body.subdistrict}

    def _where(self, topic: dict[str, Any], host: dict[str, Any], day: dt.date) -> dict[str, Any]:
        """Return base, place, address, way, and perhaps the subdistrict it goes to."""
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
            return {**where, "place": area.name + at.removeprefix("街道") if at.startswith("街道") else at}
        where |= {"base": base, "place": base.name, "address": base.address or base.place}
        return where | ({"subdistrict": base.subdistrict} if host.get("subdistrict") is None else {})

    def _link(self) -> str:
        return f"https://meet.{DOMAIN}/{self.dice.public_id()}"

    def _village(self, host: dict[str, Any]) -> dict[str, Any]:
        area = host.get("subdistrict") or self._turn("area of a village", list(self.world.subdistricts.values()))
        village = self._turn(area.short_name, list(VILLAGES[area.short_name]))
        return {"subdistrict": area, "place": f"{village}活动中心", "address": f"{area.name}{village}"}

    def _base(self, host: dict[str, Any], day: dt.date) -> Any:
        """Return a base of the organizer's subdistrict, or one of those that are for all; None before there were any."""
        area = host.get("subdistrict")
        found = [base for base in self.bases.values() if base.opened_on <= day]
        near = [base for base in found if area and base.subdistrict_id == area.pk]
        options = near or [base for base in found if base.subdistrict_id is None]
        return self._turn("base", options) if options else None

    def _title(self, topic: dict[str, Any], activity: Activity) -> str:
        title, village = topic["title"], activity.place.removesuffix("活动中心")
        return title.format(n=next(self.numbers[title]) if "{n}" in title else 0, village=village)

    def _contact(self, activity: Activity) -> None:
        body = activity.organizer
        activity.contact = f"{body.slug if body else 'office'}@{DOMAIN}"
        activity.drafted_by = self._drafter(activity)
        activity.approved_by = self.world.officer(activity.subdistrict)

    def _drafter(self, activity: Activity) -> Any:
        """Return the account that drafted it: of who keeps the organizing body today, else an officer's."""
        body = activity.organizer
        return self.world.keepers.get(body) or self.world.officer(activity.subdistrict)

    # ---- when and how many ---------------------------------------------------------------------------------------
    def _publish(self, activity: Activity) -> None:
        """Put it on the calendar some days before one can sign up, and before today."""
        opens = activity.starts.date() - dt.timedelta(days=self.dice.choice((10, 14, 14, 21)))
        activity.signup_opens = clock.at(opens, dt.time(9))
        activity.signup_closes = clock.at(activity.starts.date() - dt.timedelta(days=1), dt.time(18))
        published = min(opens - dt.timedelta(days=self.dice.randint(1, 4)), self.world.ago(self.dice.randint(1, 3)))
        activity.state, activity.published_at = ActivityState.PUBLISHED, self.dice.moment(published, 9, 17)
        activity.submitted_at = activity.published_at - dt.timedelta(days=1)
        activity.changed_at = activity.published_at
        if activity.earns_hours:
            activity.due_on = self.world.due(activity.last_day, RECORDS_DAYS)

    def _size(self, topic: dict[str, Any], day: dt.date) -> int:
        low, high = topic["size"]
        size = self.dice.triangular(low, high)
        return round(size * NOW_SHARE) if size > 60 and day > self.world.today - ANONYMISE_AFTER else round(size)


def _agenda(starts: dt.datetime, lines: list[str]) -> str:
    """Return `08:30 集合` for `0 集合`, one line each."""
    found = []
    for line in lines:
        minutes, _, words = line.partition(" ")
        found.append(f"{starts + dt.timedelta(minutes=int(minutes)):%H:%M} {words}")
    return "\n".join(found)


def balance(world: World, events: list[Event]) -> None:
    """Scale the past sessions of 新心行动, so that together they come to what was published; set the limits."""
    sessions = [event for event in events if "held" in event.marks and event.activity.brand.name == BRAND]
    before = world.today - ANONYMISE_AFTER
    large = [event for event in sessions if not event.activity.earns_hours and event.day < before]
    fixed = sum(event.wanted for event in sessions) - sum(event.wanted for event in large)
    scale = (ATTENDANCES - fixed) / sum(event.wanted for event in large)
    for event in large:
        event.wanted = math.ceil(event.wanted * scale)
    for event in events:
        if not event.topic.get("open"):
            event.activity.capacity = math.ceil(event.wanted * 1.12 / 10) * 10
