"""All activities: past, present and coming ones with their sign-ups, and unpublished drafts."""

import datetime as dt

from activities.actions.activities import APPROVAL_DAYS
from activities.states import ActivityState
from chengyang import clock

from . import attendance
from .attendance import Attendee, AttendeePool
from .bulk import insert
from .dataset import Dataset
from .events import Event, EventFactory, balance
from .schedule import Slot, slots
from .scripted_events import DRAFTS, member_came, member_signed_up, scripted_slots, topic

CANCELLED_EVERY = 55  # one in so many past activities was cancelled
FULL, FEW = 1, 3  # number of coming activities, besides the scripted ones
RECORDED_WITHIN = dt.timedelta(hours=3)  # after its end, the attendance of an activity is complete
SMALL = 60  # places; larger activities are never full
REASONS = {
    True: "预报有大风降温，为了大家的安全取消，改期另行通知。",
    False: "场地临时检修，本场取消，改期另行通知。",
}


def make_activities(dataset: Dataset) -> None:
    """Create all activities with their sign-ups, check-ins and volunteer hours."""
    factory = EventFactory(dataset)
    events = [factory.make(slot) for slot in slots(dataset, scripted_slots(dataset))]
    _mark(dataset, events)
    balance(dataset, events)
    pool = AttendeePool(dataset)
    for event in events:
        _sign_up(dataset, pool, event)
    drafts = [_draft(dataset, factory, *what) for what in DRAFTS]
    insert(event.activity for event in [*events, *drafts])
    attendance.write(dataset, events)
    dataset.events = events


# ---- marks ----------------------------------------------------------------------------------------------------------
def _mark(dataset: Dataset, events: list[Event]) -> None:
    """Mark past events as completed or cancelled, and some coming ones as cancelled, full or nearly full."""
    past = [event for event in events if event.activity.ends <= dataset.midnight]
    for number, event in enumerate(past, start=1):
        if "scripted" not in event.marks and number % CANCELLED_EVERY == 0:
            _cancel(event, event.activity.starts - dt.timedelta(hours=17))
        else:
            event.marks.add("completed")
            _record(dataset, event)
    coming = [event for event in events if event.activity.starts >= clock.at(dataset.ahead(1)) and not event.marks]
    _cancel(coming[2], clock.at(dataset.ago(1), dt.time(16, 20)))
    small = [event for event in coming[3:] if event.wanted <= SMALL and not event.topic.get("open")]
    for event, mark in zip(small, ["full"] * FULL + ["few"] * FEW, strict=False):
        event.marks.add(mark)


def _cancel(event: Event, at: dt.datetime) -> None:
    activity = event.activity
    event.marks.add("cancelled")
    activity.state, activity.cancelled_at, activity.changed_at = ActivityState.CANCELLED, at, at
    activity.reason, activity.sequence, activity.due_on = REASONS[bool(activity.hazards)], 1, None


def _record(dataset: Dataset, event: Event) -> None:
    """Mark the attendance as complete, unless the event is marked `unrecorded`."""
    activity = event.activity
    if "unrecorded" not in event.marks:
        activity.recorded_at = activity.changed_at = min(activity.ends + RECORDED_WITHIN, dataset.midnight)
        activity.due_on = None


def _sign_up(dataset: Dataset, pool: AttendeePool, event: Event) -> None:
    activity = event.activity
    member = Attendee(dataset.persona_records["member"])
    if "completed" in event.marks:
        attendance.add_past_signups(
            dataset, pool, event, extra=[member] if member_came(dataset, pool.rng, event) else []
        )
        if event.topic.get("open"):
            activity.headcount = round(len(event.rows) * pool.rng.uniform(1.05, 1.25), -1)
    elif max(activity.signup_opens, activity.published_at) < dataset.midnight and activity.last_day >= dataset.ago(30):
        attendance.add_coming_signups(pool, event, member_signed_up(dataset, event, member))


# ---- waiting for approval --------------------------------------------------------------------------------------------
def _draft(
    dataset: Dataset, factory: EventFactory, title: str, host: str, ahead: int, state: str, due: int = 0
) -> Event:
    """Return an unpublished activity; `ahead` in days, `due` in working days if it waits for approval."""
    event = factory.make(Slot(dataset.ahead(ahead), topic(title, dataset.ahead(ahead), host=host)))
    activity = event.activity
    day = dataset.started(APPROVAL_DAYS, dataset.workday(due))
    activity.state, activity.published_at = state, None
    activity.submitted_at = None if state == ActivityState.DRAFT else factory.rng.moment(day, 9, 17)
    activity.changed_at = activity.submitted_at or factory.rng.moment(dataset.ago(1), 9, 17)
    activity.due_on = dataset.due(day, APPROVAL_DAYS) if state == ActivityState.SUBMITTED else None
    activity.approved_by = activity.approved_by if state == ActivityState.APPROVED else None
    activity.reason = "请写清下雨怎么办，改好再报。" if state == ActivityState.RETURNED else ""
    activity.capacity = None if event.topic.get("open") else -(-event.wanted // 10) * 10
    return event
