"""To-do kinds of bases: bookings of rooms and visits that wait for an answer, visits that are over."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.form_fields import DateTimeField

from . import actions, permissions
from .models import Equipment, Post, RoomBooking, Visit
from .states import BookingState, VisitState


def equipment_text(codes: Any) -> str:
    """Return the equipment with these codes as text."""
    return "、".join(str(Equipment(code).label) for code in codes)


def booking_rows(booking: RoomBooking) -> list[DetailRow]:
    """Return the rows about a booking for an officer."""
    room = booking.room
    seats = _("坐 %(n)d 人") % {"n": room.capacity}
    activity = booking.activity
    return [
        DetailRow(_("场地"), room, "，".join(filter(None, (seats, room.equipment_text))), url=page_url(room)),
        DetailRow(_("时间"), dates.span(booking.starts, booking.ends)),
        *(
            [DetailRow(_("多少人"), _("%(n)d 人") % {"n": booking.people})]
            if booking.state != BookingState.CLOSURE
            else []
        ),
        *([DetailRow(_("要用的设备"), equipment_text(booking.needs))] if booking.needs else []),
        DetailRow(_("谁来用"), booking.booker or _("基地自己"), booking.booked_by or ""),
        *([DetailRow(_("活动"), activity, url=activity.get_absolute_url())] if activity else []),
    ]


class AnswerBooking(TodoKind):
    """A prebooked room that waits for the answer of the base."""

    code, label, section, model = "booking", gettext_lazy("场地预订"), Section.BASES, RoomBooking
    quick_reasons = (gettext_lazy("那天场地要维护"), gettext_lazy("和基地的安排冲突"), gettext_lazy("请先打电话商量"))
    related = ("room__base", "organization", "team", "activity", "booked_by")
    locks = ("room",)
    undoes = ("confirm", "decline")

    def waiting(self, user: Any) -> QuerySet:
        return RoomBooking.objects.managed_by(user).waiting()

    def awaited_by(self, user: Any) -> QuerySet:
        return RoomBooking.objects.waiting().filter(booked_by=user)

    def title(self, row: RoomBooking) -> str:
        return row.title

    def detail(self, row: RoomBooking) -> str:
        return _("%(room)s，%(when)s") % {"room": row.room, "when": dates.span(row.starts, row.ends)}

    def tags(self, row: RoomBooking) -> list[str]:
        return [str(row.booker)] if row.booker else []

    def since(self, row: RoomBooking) -> Any:
        return row.at

    def detail_rows(self, row: RoomBooking, user: Any) -> list[DetailRow]:
        return [DetailRow(_("用来做什么"), row.title, url=page_url(row)), *booking_rows(row)]

    def history(self, row: RoomBooking) -> list[HistoryEntry]:
        steps = [HistoryEntry(_("预订"), row.at, row.booked_by or "")]
        if row.decided_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason))
        return steps

    def options(self, row: RoomBooking, user: Any) -> list[DecisionOption]:
        waits = row.state == BookingState.PREBOOKED and not row.has_begun()
        if not waits or not permissions.can_decide_booking(user, row):
            return []
        return [
            DecisionOption("confirm", _("确认"), done=_("已确认，预订的人会收到通知。")),
            DecisionOption("decline", _("不同意"), needs_reason=True, done=_("已答复，预订的人会收到通知。")),
        ]

    def decide(self, row: RoomBooking, choice: str, reason: str, *, actor: Any) -> RoomBooking:
        if choice == "confirm":
            return actions.confirm_booking(row, actor=actor)
        return actions.decline_booking(row, actor=actor, reason=reason)

    def undo(self, row: RoomBooking, option: str, *, actor: Any) -> RoomBooking:
        return actions.undo_booking_decision(row, actor=actor)


# ---- visits ---------------------------------------------------------------------------------------------------------
def visit_rows(visit: Visit) -> list[DetailRow]:
    """Return the rows about a visit for an officer."""
    asked = dates.span(visit.asked_starts, visit.asked_ends) if visit.asked_starts else ""
    number = _("%(n)d 位") % {"n": visit.people}
    return [
        DetailRow(_("基地"), visit.base, url=page_url(visit.base)),
        DetailRow(
            _("时间"), dates.span(visit.starts, visit.ends), _("对方提的是 %(when)s") % {"when": asked} if asked else ""
        ),
        *([DetailRow(_("替对方留到"), dates.span(visit.kept_until))] if visit.kept_until else []),
        DetailRow(_("单位"), visit.unit, number),
        DetailRow(_("为什么来"), visit.get_purpose_display(), visit.wishes),
        *([DetailRow(_("路上和现场"), visit.needs_text)] if visit.needs else []),
        DetailRow(_("联系人"), visit.contact_name or "—", visit.masked_phone),
        *([DetailRow(_("同一天的路线"), _route_text(visit))] if visit.route_id or visit.further.exists() else []),
    ]


def _route_text(visit: Visit) -> str:
    stops = Visit.objects.of_route(visit).select_related("base")
    return " → ".join(f"{stop.base} {dates.span(stop.starts)}" for stop in stops)


def _people_of(visit: Visit, user: Any, label: Any) -> forms.ModelChoiceField:
    posts = Post.objects.visible_to(user).filter(base=visit.base).on(clock.today()).select_related("person")
    return forms.ModelChoiceField(posts, label=label, required=False, empty_label=_("还没定"))


class AnswerVisit(TodoKind):
    """A delegation that asked for a visit and waits for the answer of the base."""

    code, label, section, model = "visit", gettext_lazy("观摩预约"), Section.BASES, Visit
    reason_words = (gettext_lazy("给对方的话"), gettext_lazy("建议换时间和不接待时必填，对方会看到原文"))
    quick_reasons = (gettext_lazy("那天闭馆"), gettext_lazy("展厅在换展"), gettext_lazy("人太多，请分两批来"))
    related = ("base", "guest")
    locks = ("base",)
    undoes = ("confirm", "propose", "decline")

    def waiting(self, user: Any) -> QuerySet:
        rows = Visit.objects.managed_by(user).filter(state=VisitState.REQUESTED, starts__gt=clock.now())
        return rows.exclude(guest=user)

    def viewable_by(self, user: Any) -> QuerySet:
        return Visit.objects.managed_by(user)

    def is_open(self, row: Visit) -> bool:
        return row.state == VisitState.REQUESTED

    def title(self, row: Visit) -> str:
        return row.unit

    def detail(self, row: Visit) -> str:
        about = {"base": row.base, "when": dates.span(row.starts, row.ends), "n": row.people}
        return _("%(base)s，%(when)s，%(n)d 位") % about

    def since(self, row: Visit) -> Any:
        return row.at

    def record_opening(self, row: Visit, *, actor: Any) -> None:
        actions.record_opening(row, actor=actor)

    def detail_rows(self, row: Visit, user: Any) -> list[DetailRow]:
        return visit_rows(row)

    def history(self, row: Visit) -> list[HistoryEntry]:
        steps = [HistoryEntry(_("提出"), row.at, _("对方"))]
        if row.decided_at:
            steps.insert(0, HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason))
        return steps

    def options(self, row: Visit, user: Any) -> list[DecisionOption]:
        waits = row.state == VisitState.REQUESTED and not row.has_begun()
        if not waits or not permissions.can_answer_visit(user, row):
            return []
        return [
            DecisionOption("confirm", _("确认"), asks=("host", "guide"), done=_("已确认，对方会收到通知。")),
            DecisionOption(
                "propose",
                _("建议换个时间"),
                needs_reason=True,
                asks=("starts", "kept_until"),
                done=_("已答复，这个时间替对方留着。"),
            ),
            DecisionOption("decline", _("不接待"), needs_reason=True, done=_("已答复，对方会收到通知。")),
        ]

    def fields(self, row: Visit, user: Any) -> Mapping[str, Any]:
        return {
            "host": _people_of(row, user, _("接待")),
            "guide": _people_of(row, user, _("讲解")),
            "starts": DateTimeField(label=_("建议几点开始")),
            "kept_until": DateTimeField(label=_("替对方留到"), help_text=_("至少 4 个小时，最晚到建议的时间")),
        }

    def decide(self, row: Visit, choice: str, reason: str, *, actor: Any, **asked: Any) -> Visit:
        if choice == "confirm":
            return actions.confirm_visit(row, actor=actor, **asked)
        if choice == "propose":
            return actions.propose_visit(row, actor=actor, reason=reason, **asked)
        return actions.decline_visit(row, actor=actor, reason=reason)

    def undo(self, row: Visit, option: str, *, actor: Any) -> Visit:
        return actions.undo_visit_decision(row, actor=actor)


class RecordReception(TodoKind):
    """A confirmed visit that is over, and whose reception nobody has recorded."""

    code, label, section, model = "reception", gettext_lazy("登记接待"), Section.BASES, Visit
    related = ("base", "guest")
    locks = ("base",)

    def waiting(self, user: Any) -> QuerySet:
        rows = Visit.objects.managed_by(user).filter(state=VisitState.CONFIRMED, ends__lte=clock.now())
        return rows.exclude(guest=user)

    def viewable_by(self, user: Any) -> QuerySet:
        return Visit.objects.managed_by(user)

    def is_open(self, row: Visit) -> bool:
        return row.state == VisitState.CONFIRMED

    def title(self, row: Visit) -> str:
        return row.unit

    def detail(self, row: Visit) -> str:
        return _("%(base)s，%(when)s") % {"base": row.base, "when": dates.span(row.starts, row.ends)}

    def since(self, row: Visit) -> Any:
        return row.ends

    def record_opening(self, row: Visit, *, actor: Any) -> None:
        actions.record_opening(row, actor=actor)

    def detail_rows(self, row: Visit, user: Any) -> list[DetailRow]:
        return visit_rows(row)

    def history(self, row: Visit) -> list[HistoryEntry]:
        return [HistoryEntry(_("提出"), row.at, _("对方"))]

    def options(self, row: Visit, user: Any) -> list[DecisionOption]:
        is_over = row.state == VisitState.CONFIRMED and row.ends <= clock.now()
        if not is_over or not permissions.can_answer_visit(user, row):
            return []
        done = _("已登记，感谢已发给对方。")
        return [
            DecisionOption("receive", _("来了，登记"), asks=("came", "record"), done=done),
            DecisionOption("missed", _("没有来"), done=_("已登记没有来。")),
        ]

    def fields(self, row: Visit, user: Any) -> Mapping[str, Any]:
        note = forms.CharField(
            label=_("接待记录"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
        )
        return {
            "came": forms.IntegerField(label=_("实到几位"), min_value=1, max_value=1000, initial=row.people),
            "record": note,
        }

    def decide(self, row: Visit, choice: str, reason: str, *, actor: Any, **asked: Any) -> Visit:
        if choice == "missed":
            return actions.miss_visit(row, actor=actor)
        return actions.receive_visit(row, actor=actor, **asked)
