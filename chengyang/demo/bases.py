"""Bases as people use them: opening hours, rooms and their bookings, visits of delegations, travel times, honours that lapse."""

import datetime as dt
from typing import Any

from bases.actions import ERASE_AFTER, write_opening_times
from bases.models import ANSWER_DAYS, VISIT_ANSWER_DAYS, Honour, OpeningException, Room, RoomBooking, Travel, Visit
from bases.opening import spans_on
from chengyang import clock

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource

# Of bases that are demonstration data, by slug: latitude, longitude, operator, brand, and whether delegations are received.
PLACES: dict[str, tuple[str, str, str, str, bool]] = {
    "xiaxin-lianxin": ("36.312400", "120.452100", "夏庄街道办事处", "夏新连心", True),
    "xiangyang-huiketing": ("36.306800", "120.396200", "城阳街道办事处", "向阳会客厅", True),
    "liuting-xinliliang": ("36.268500", "120.397700", "流亭街道办事处", "", True),
    "jihongtan-jiangxin": ("36.327300", "120.285400", "棘洪滩街道办事处", "匠心工坊", False),
    "hetao-xinzhigu": ("36.237900", "120.262600", "河套街道办事处", "", False),
    "xinmeiti-chuangzuo": ("36.299500", "120.385300", "区新媒体从业人员联谊会", "创作营", True),
}
# Rooms: name, seats, equipment, note, whether a visit needs it.
SPACES: tuple[tuple[str, int, tuple[str, ...], str, bool], ...] = (
    ("会客厅", 24, ("projector", "network", "kitchen", "step_free"), "", True),
    ("路演厅", 80, ("projector", "sound", "video", "network", "step_free"), "活动前一小时开门", False),
    ("小会议室", 10, ("whiteboard", "network"), "", False),
)
TRAVEL = (
    ("xiaxin-lianxin", "xiangyang-huiketing", 25),
    ("xiaxin-lianxin", "liuting-xinliliang", 30),
    ("xiangyang-huiketing", "liuting-xinliliang", 20),
    ("xiangyang-huiketing", "xinmeiti-chuangzuo", 15),
)
VISIT_TIMES, VISIT_LENGTH = (dt.time(9, 30), dt.time(14)), dt.timedelta(minutes=90)
UNITS = (
    "日照市新的社会阶层人士联谊会",
    "烟台市芝罘区委统战部",
    "潍坊市新媒体从业人员联谊会",
    "济南市历下区新阶层人士服务中心",
    "威海市环翠区社会组织联合会",
    "淄博市张店区律师工作委员会",
    "临沂市兰山区商会",
    "红岛街道社区工作者班",
)
USES = ("读书会", "理事会", "法律咨询", "创业沙龙", "短视频课", "书法课", "项目路演", "茶话会")
PAST_VISITS, PAST_BOOKINGS = 9, 40  # a year, of each base
YEARS = 3
# Bookings that wait for the persona `base_manager`: days ahead, hour, hours, use, people.
WAITING = ((5, 14, 2, "理事会", 9), (7, 9, 3, "新会员见面会", 20), (11, 14, 2, "法律咨询", 8))
WISHES = ("", "", "活动报名怎么组织。", "想看看采摘帮扶怎么排班。", "轮值制怎么交接。")


def make_bases(dataset: Dataset) -> None:
    """Create hours, rooms, bookings, visits, travel times and the dates of honours of the bases that are demonstration data."""
    rng = dataset.random_source("bases")
    taken: set[tuple[Any, dt.date]] = set()  # days of a room or a base that are given away
    for slug, place in PLACES.items():
        base = dataset.bases[slug]
        _open(base, place)
        rooms = insert(_room(rng, base, *row) for row in SPACES)
        insert(_past_bookings(dataset, rng, rooms, taken))
        if base.takes_visits:
            insert(_past_visits(dataset, rng, base, taken))
    _today(dataset, rng, taken)
    pairs = (
        (*sorted((dataset.bases[a], dataset.bases[b]), key=lambda base: base.pk), minutes) for a, b, minutes in TRAVEL
    )
    insert(Travel(base=first, other=other, minutes=minutes) for first, other, minutes in pairs)
    _honours(dataset)


def _open(base: Any, place: tuple[str, str, str, str, bool]) -> None:
    base.latitude, base.longitude, base.operator, base.brand, base.takes_visits = place
    base.opens_on_holidays = base.slug == "xiangyang-huiketing"
    base.visit_times = "、".join(f"{time:%H:%M}" for time in VISIT_TIMES) if base.takes_visits else ""
    names = ("latitude", "longitude", "operator", "brand", "takes_visits", "opens_on_holidays", "visit_times")
    base.save(update_fields=names)
    write_opening_times(base)


def _room(
    rng: RandomSource, base: Any, name: str, seats: int, equipment: tuple[str, ...], note: str, for_visits: bool
) -> Room:
    about = {"name": name, "capacity": seats, "equipment": list(equipment), "note": note, "for_visits": for_visits}
    return Room(public_id=rng.public_id(), base=base, is_demo=True, **about)


# ---- the past -------------------------------------------------------------------------------------------------------
def _days(dataset: Dataset, rng: RandomSource, base: Any, number: int) -> list[dt.date]:
    """Return days of the last years on which `base` was open all day, `number` a year, the oldest first."""
    first = max(dataset.ago(365 * YEARS), base.opened_on)
    calendar = base.calendar(first, dataset.today)
    open_days = [
        first + dt.timedelta(days=day)
        for day in range((dataset.today - first).days)
        if len(spans_on(first + dt.timedelta(days=day), calendar)) == 1
    ]
    return sorted(rng.sample(open_days, min(len(open_days), number * YEARS)))


def _past_bookings(dataset: Dataset, rng: RandomSource, rooms: list[Room], taken: set[Any]) -> list[RoomBooking]:
    base = rooms[0].base
    organizers = [one for one in dataset.organizations.values() if one.subdistrict_id == base.subdistrict_id]
    teams = [one for one in dataset.teams.values() if one.subdistrict_id in (None, base.subdistrict_id)]
    rows = []
    for day in _days(dataset, rng, base, PAST_BOOKINGS * 2):
        room = rng.choice(rooms[1:])  # the first is that of the visits
        taken.add((room.pk, day))
        starts = clock.at(day, dt.time(rng.choice((9, 10, 14))))
        by = rng.choice(organizers) if organizers and rng.chance(0.6) else None
        rows.append(
            _booking(dataset, rng, room, starts, rng.choice((2, 2, 3)), rng.choice(USES), rng.randint(4, 20), by)
        )
        if by is None and day.toordinal() % 3 == 0:
            rows[-1].team = teams[day.toordinal() % len(teams)]
    return rows


def _booking(
    dataset: Dataset, rng: RandomSource, room: Room, starts: dt.datetime, hours: int, use: str, people: int, by: Any
) -> RoomBooking:
    """Return a confirmed booking, made some days before."""
    made = min(starts.date() - dt.timedelta(days=rng.randint(3, 12)), dataset.ago(1))
    manager = dataset.managers.get(room.base) or dataset.officer(room.base.subdistrict)
    return RoomBooking(
        public_id=rng.public_id(),
        room=room,
        starts=starts,
        ends=starts + dt.timedelta(hours=hours),
        state="confirmed",
        title=use,
        people=min(people, room.capacity),
        organization=by,
        booked_by=dataset.managers.get(by) or manager,
        at=rng.moment(made, 8, 12),
        decided_by=manager,
        decided_at=rng.moment(made, 13, 17),
        is_demo=True,
    )


def _past_visits(dataset: Dataset, rng: RandomSource, base: Any, taken: set[Any]) -> list[Visit]:
    rows = []
    for day in _days(dataset, rng, base, PAST_VISITS):
        starts = clock.at(day, rng.choice(VISIT_TIMES))
        taken.add((base.slug, day))
        row = _visit(dataset, rng, base, starts, "done")
        row.came = max(base.visit_least, row.people + rng.randint(-4, 2))
        row.record, row.received_by, row.received_at = "", row.decided_by, rng.moment(day, 17, 18)
        if rng.chance(0.7):
            row.rating, row.feedback_at = rng.choice((5, 5, 5, 4)), rng.moment(day, 19, 21)
        if row.ends < dataset.midnight - ERASE_AFTER:
            _erase(row)
        rows.append(row)
    return rows


def _erase(row: Visit) -> None:
    """Leave what is left 90 days after a visit."""
    row.guest, row.contact_name, row.wishes, row.needs, row.rating, row.feedback = None, "", "", [], None, ""
    row.erased_at = row.ends + ERASE_AFTER


def _visit(dataset: Dataset, rng: RandomSource, base: Any, starts: dt.datetime, state: str) -> Visit:
    made = min(starts.date() - dt.timedelta(days=rng.randint(6, 14)), dataset.ago(2))
    manager = dataset.managers.get(base) or dataset.officer(base.subdistrict)
    posts = list(base.posts.filter(ends=None))
    answered = state != "requested"
    return Visit(
        public_id=rng.public_id(),
        base=base,
        guest=rng.choice(dataset.guests),
        state=state,
        starts=starts,
        ends=starts + VISIT_LENGTH,
        unit=rng.choice(UNITS),
        contact_name=rng.choice(("安知远", "柏书言", "温予宁", "臧晨", "矫永强")),
        people=rng.randint(8, 36),
        purpose=rng.choice(("learn", "learn", "learn", "cooperate", "train")),
        wishes=rng.choice(WISHES),
        needs=rng.choice(([], [], ["bus"], ["wheelchair"])),
        host=next((post for post in posts if post.kind == "manager"), None) if answered else None,
        guide=next((post for post in posts if post.kind == "guide"), None) if answered else None,
        programme=f"{starts:%H:%M} 门口接，一楼展厅\n{starts + dt.timedelta(minutes=30):%H:%M} 路演厅\n合影，自愿"
        if answered
        else "",
        at=rng.moment(made, 8, 20),
        decided_by=manager if answered else None,
        decided_at=rng.moment(made + dt.timedelta(days=1), 9, 17) if answered else None,
        is_demo=True,
    )


# ---- today ----------------------------------------------------------------------------------------------------------
def _today(dataset: Dataset, rng: RandomSource, taken: set[Any]) -> None:
    """Create what waits and what is coming at the base of the persona `base_manager`, and a second stop of a route."""
    base = dataset.bases["xiaxin-lianxin"]
    rooms = {room.name: room for room in base.rooms.all()}
    secretary, organization = dataset.personas["secretary"], dataset.organizations["xiazhuang"]
    bookings = []
    for ahead, hour, hours, use, people in WAITING:
        starts = clock.at(dataset.ahead(ahead), dt.time(hour))
        row = _booking(
            dataset, rng, rooms["小会议室" if people < 10 else "路演厅"], starts, hours, use, people, organization
        )
        row.state, row.booked_by, row.decided_by, row.decided_at = "prebooked", secretary, None, None
        row.at = rng.moment(dataset.ago(1), 9, 17)
        row.due_on = min(dataset.due(dataset.ago(1), ANSWER_DAYS), dataset.ahead(ahead))
        bookings.append(row)
    closure = _booking(dataset, rng, rooms["路演厅"], clock.at(dataset.ahead(16), dt.time(8)), 9, "停用", 1, None)
    closure.state, closure.reason, closure.decided_by, closure.decided_at = "closure", "换音响", None, None
    insert([*bookings, closure])
    insert([OpeningException(base=base, starts=dataset.ahead(20), ends=dataset.ahead(22), reason="换展", is_demo=True)])
    _coming_visits(dataset, rng, base, taken)


def _coming_visits(dataset: Dataset, rng: RandomSource, base: Any, taken: set[Any]) -> None:
    over = next(day for day in range(2, 60) if (base.slug, dataset.ago(day)) not in taken)
    first = [
        _visit(dataset, rng, base, clock.at(dataset.workday(4), VISIT_TIMES[0]), "requested"),
        _visit(dataset, rng, base, clock.at(dataset.workday(6), VISIT_TIMES[1]), "requested"),
        _visit(dataset, rng, base, clock.at(dataset.workday(5), dt.time(10, 30)), "proposed"),
        _visit(dataset, rng, base, clock.at(dataset.workday(8), VISIT_TIMES[0]), "confirmed"),
        _visit(dataset, rng, base, clock.at(dataset.ago(over), VISIT_TIMES[0]), "confirmed"),
    ]
    for row in first[:2]:
        row.at = rng.moment(dataset.ago(1), 9, 17)
        row.due_on = dataset.due(dataset.ago(1), VISIT_ANSWER_DAYS)
    proposed = first[2]
    proposed.asked_starts = proposed.starts - dt.timedelta(hours=1)
    proposed.asked_ends, proposed.reason = proposed.ends - dt.timedelta(hours=1), "09:30 展厅在换展，10:20 才能进人。"
    proposed.kept_until = clock.at(dataset.workday(2), dt.time(18))
    for row in first[3:]:
        row.due_on = dataset.due(row.starts.date(), 3)
    insert(first)
    root = first[3]
    stop = _visit(
        dataset, rng, dataset.bases["xiangyang-huiketing"], root.starts.replace(hour=14, minute=0), "confirmed"
    )
    stop.guest, stop.unit, stop.contact_name, stop.people = root.guest, root.unit, root.contact_name, root.people
    stop.route, stop.due_on = root, root.due_on
    insert([stop])


def _honours(dataset: Dataset) -> None:
    """Give the invented honours a giver and a last day; one lapses soon."""
    for place, honour in enumerate(Honour.objects.filter(is_demo=True, year__isnull=False).order_by("pk")):
        honour.awarded_by = {"district": "城阳区委统战部", "city": "青岛市委统战部"}.get(honour.level, "")
        honour.valid_until = dataset.ahead(40 if place == 1 else 400 + 100 * place)
        honour.save(update_fields=["awarded_by", "valid_until"])
