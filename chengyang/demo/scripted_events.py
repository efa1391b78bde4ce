"""Events that personas need: the ticket, the offer and the waiting list of the member, and reviews for the others."""

import datetime as dt
from typing import Any

from activities.states import SignupState
from chengyang import clock

from .attendance import Attendee, Row
from .dataset import Dataset
from .events import Event
from .randomness import RandomSource
from .schedule import Slot
from .words import topics

MEMBER_SINCE = 500  # days since the member joined the service team
HARVESTS = (  # activities of the service team of 夏庄, by month
    ("大棚草莓移栽帮扶（第{n}场）", (1, 2, 3, 12)),
    ("夏庄茶园春采帮扶（第{n}场）", (4, 7)),
    ("夏庄大樱桃采摘帮扶（第{n}场）", (5, 6)),
    ("夏庄葡萄采摘帮扶（第{n}场）", (8, 9)),
    ("夏庄秋菜采收帮扶（第{n}场）", (10, 11)),
)
HARVEST = "harvest"
LIVE = "助农直播：把夏庄味道卖出去"
CLIPS, THEATRE, LESSON = "短视频口播与剪辑夜校（第{n}课）", "即兴戏剧工作坊", "驿站小课：农产品怎么拍才好卖"
# Unpublished activities: title, host, days ahead, state, working days until it is due.
DRAFTS: tuple[tuple[Any, ...], ...] = (
    ("便民服务大集：{village}", "org:xiazhuang", 18, "submitted", -1),
    (HARVEST, "team:xiaxin-lianxin", 16, "submitted", 0),
    (LESSON, "base:xiaxin-lianxin", 20, "submitted", 2),
    ("羽毛球夜场（第{n}期）", "org:liuting", 15, "submitted", 0),
    ("专利申报实务（第{n}期）", "org:liuting", 21, "submitted", 2),
    ("项目路演与投融资对接（第{n}场）", "team:wucaiyun", 22, "submitted", 0),
    ("新阶层青年说（第{n}场）", "org:xinmeiti", 25, "submitted", 1),
    ("读书会：一本书，一座城（第{n}期）", "base:xiangyang-huiketing", 24, "submitted", 3),
    ("会员企业开放日（第{n}站）", "org:xiazhuang", 28, "draft"),
    ("非遗面塑体验课", "base:jihongtan-jiangxin", 30, "draft"),
    ("邻里文艺汇演：{village}", "org:xiazhuang", 26, "returned"),
    (HARVEST, "team:xiaxin-lianxin", 23, "approved"),
)


def topic(title: str, day: dt.date, **changes: Any) -> dict[str, Any]:
    """Return the topic with this title, with `changes`; HARVEST stands for the activity of the team of 夏庄 in the month of `day`."""
    if title == HARVEST:
        title = next(title for title, months in HARVESTS if day.month in months)
    return {**next(topic for topic in topics if topic["title"] == title), **changes}


def scripted_slots(dataset: Dataset) -> list[Slot]:
    """Return the slots that involve a persona; the mark `scripted` protects them from being cancelled."""
    saturday = dataset.ahead(4 + (5 - dataset.ahead(4).weekday()) % 7)
    return [
        Slot(day, topic(title, day, **changes), {"scripted", *marks})
        for day, title, marks, changes in (
            (dataset.ago(4), HARVEST, ("unrecorded",), {}),
            (dataset.today, LESSON, (), {}),
            (dataset.today, "读书会：一本书，一座城（第{n}期）", (), {}),
            (dataset.ahead(3), HARVEST, ("few", "ticket"), {}),
            (dataset.ahead(6), CLIPS, ("full", "offer"), {}),
            (dataset.ahead(8), THEATRE, ("full", "waiting"), {}),
            (dataset.ago(2), LIVE, ("unrecorded",), {"host": "base:xiaxin-lianxin"}),
            (dataset.ahead(7), LESSON, (), {"review": True}),
            (dataset.ahead(9), "会员企业开放日（第{n}站）", (), {"host": "org:xiazhuang", "review": True}),
            (dataset.ahead(12), "会长轮值交接会", (), {"host": "org:xiazhuang"}),
            (saturday, "“我镜头里的城阳”摄影展", (), {}),
        )
    ]


def member_came(dataset: Dataset, rng: RandomSource, event: Event) -> bool:
    """Return whether the persona `member` came to a past event: always to those of the team, sometimes to others."""
    activity, member = event.activity, dataset.persona_records["member"]
    if event.day < max(dataset.ago(MEMBER_SINCE), member.registered_on):
        return False
    if activity.team_id and activity.team.slug == "xiaxin-lianxin":
        return True
    return activity.audience == activity.Audience.PUBLIC and rng.chance(0.22 if activity.earns_hours else 0.07)


def member_signed_up(dataset: Dataset, event: Event, member: Attendee) -> list[Row]:
    """Return the sign-up of the persona `member` for a coming event, as its marks say; empty without a mark."""
    if "ticket" in event.marks:
        return [Row(member)]
    if "waiting" in event.marks:
        return [Row(member, SignupState.WAITLISTED)]
    if "offer" in event.marks:
        until = min(clock.at(dataset.ahead(2), dt.time(20)), event.activity.starts)
        return [Row(member, SignupState.OFFERED, offer_expires_at=until)]
    return []
