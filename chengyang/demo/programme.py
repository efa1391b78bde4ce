"""All activities: what was held, what takes place round today, what is coming, and what still waits for approval."""

import datetime as dt

from activities.actions.activities import APPROVAL_DAYS
from activities.states import ActivityState
from chengyang import clock

from . import attendance
from .attendance import Crowd, Who
from .bulk import insert
from .dataset import World
from .events import Event, Maker, balance
from .schedule import Slot, slots
from .story import DRAFTS, member_came, member_signed_up, told, topic

CANCELLED_EVERY = 55  # past activity
FULL, FEW = 1, 3  # of the coming ones, beside those of the story
RECORDED_WITHIN = dt.timedelta(hours=3)  # of the end, attendance is complete
SMALL = 60  # places; larger ones do not fill up
REASONS = {
    True: "预报有大风降温，为了大家的安全取消，改期另行通知。",
    False: "场地临时检修，本场取消，改期另行通知。",
}


def make_activities(world: World) -> None:
    """Make all activities with their sign-ups, check-ins and volunteer hours."""
    maker = Maker(world)
    events = [maker.make(slot) for slot in slots(world, told(world))]
    _mark(world, events)
    balance(world, events)
    crowd = Crowd(world)
    for event in events:
        _sign_up(world, crowd, event)
    drafts = [_draft(world, maker, *what) for what in DRAFTS]
    insert(event.activity for event in [*events, *drafts])
    attendance.write(world, events)
    world.events = events


# ---- what is special -------------------------------------------------------------------------------------------------
def _mark(world: World, events: list[Event]) -> None:
    """Say which events were held, which were called off, and which of the coming ones are nearly full."""
    past = [event for event in events if event.activity.ends <= world.midnight]
    for number, event in enumerate(past, start=1):
        if "kept" not in event.marks and number % CANCELLED_EVERY == 0:
            _cancel(event, event.activity.starts - dt.timedelta(hours=17))
        else:
            event.marks.add("held")
            _record(world, event)
    coming = [event for event in events if event.activity.starts >= clock.at(world.ahead(1)) and not event.marks]
    _cancel(coming[2], clock.at(world.ago(1), dt.time(16, 20)))
    small = [event for event in coming[3:] if event.wanted <= SMALL and not event.topic.get("open")]
    for event, mark in zip(small, ["full"] * FULL + ["few"] * FEW, strict=False):
        event.marks.add(mark)


def _cancel(event: Event, at: dt.datetime) -> None:
    activity = event.activity
    event.marks.add("cancelled")
    activity.state, activity.cancelled_at, activity.changed_at = ActivityState.CANCELLED, at, at
    activity.reason, activity.sequence, activity.due_on = REASONS[bool(activity.hazards)], 1, None


def _record(world: World, event: Event) -> None:
    """Let the attendance be complete, except where it still waits for somebody."""
    activity = event.activity
    if "unrecorded" not in event.marks:
        activity.recorded_at = activity.changed_at = min(activity.ends + RECORDED_WITHIN, world.midnight)
        activity.due_on = None


def _sign_up(world: World, crowd: Crowd, event: Event) -> None:
    activity = event.activity
    member = Who(world.roles["member"])
    if "held" in event.marks:
        attendance.hold(world, crowd, event, extra=[member] if member_came(world, crowd.dice, event) else [])
        if event.topic.get("open"):
            activity.headcount = round(len(event.rows) * crowd.dice.uniform(1.05, 1.25), -1)
    elif max(activity.signup_opens, activity.published_at) < world.midnight and activity.last_day >= world.ago(30):
        attendance.fill(crowd, event, member_signed_up(world, event, member))


# ---- waiting for approval --------------------------------------------------------------------------------------------
def _draft(world: World, maker: Maker, title: str, host: str, ahead: int, state: str, due: int = 0) -> Event:
    """Return an activity that is not published yet; `due` in working days where it waits for an officer."""
    event = maker.make(Slot(world.ahead(ahead), topic(title, world.ahead(ahead), host=host)))
    activity = event.activity
    day = world.started(APPROVAL_DAYS, world.workday(due))
    activity.state, activity.published_at = state, None
    activity.submitted_at = None if state == ActivityState.DRAFT else maker.dice.moment(day, 9, 17)
    activity.changed_at = activity.submitted_at or maker.dice.moment(world.ago(1), 9, 17)
    activity.due_on = world.due(day, APPROVAL_DAYS) if state == ActivityState.SUBMITTED else None
    activity.approved_by = activity.approved_by if state == ActivityState.APPROVED else None
    activity.reason = "请写清下雨怎么办，改好再报。" if state == ActivityState.RETURNED else ""
    activity.capacity = None if event.topic.get("open") else -(-event.wanted // 10) * 10
    return event
