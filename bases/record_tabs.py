"""What bases add to the pages of records: posts of a person, and posts, honours and assessments of a base."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.picture_admin import pictures_verb
from chengyang.platform.staff.record_parts import (
    PERSON,
    STATE,
    assessments_by_standard,
    assessments_of,
    can_start_assessment,
    evaluate_verb,
    evaluations_of,
    posts_of,
    posts_of_person,
    to_look_at_again,
    why_again,
)
from chengyang.platform.standards.states import AssessmentState
from members.permissions import can_choose_person

from . import permissions
from .models import AMBER_BEFORE, Assessment, Evaluation, RoomBooking
from .states import BaseState

BASE = "bases.Base"


def _can_assess(user: Any, base: Any) -> bool:
    return base.state != BaseState.CLOSED and can_start_assessment(user, base)


def _why_assess(user: Any, base: Any) -> str:
    """Return that the assessment has ended or ends soon (domain.md rule 4)."""
    passed = base.assessments.filter(state=AssessmentState.PASSED).with_number_in_force()
    latest = passed.order_by("-assessed_on").first()
    if latest is None or latest.expires_on is None or clock.today() < latest.expires_on - AMBER_BEFORE:
        return why_again(latest)
    return _t("“六有”有效至%(day)s，该准备下一次评定了。") % {"day": dates.full_day(latest.expires_on)}


def _can_book(user: Any, room: Any) -> bool:
    return room.closed_on is None and access_scope(user).responsible


def _can_close(user: Any, room: Any) -> bool:
    return room.closed_on is None and permissions.can_edit_base(user, room.base)


def _acts_for(subject: str) -> Any:
    """Return whether a user may book for the organization or team, as its manager or as staff."""

    def can(user: Any, organizer: Any) -> bool:
        scope = access_scope(user)
        return organizer.pk in scope.managed(subject) or scope.covers(organizer.subdistrict_id)

    return can


def _can_book_for(user: Any, activity: Any) -> bool:
    """Return whether `user` acts for the organizer of an activity that is still to come."""
    if activity.starts <= clock.now() or activity.state == "cancelled":
        return False
    scope = access_scope(user)
    for subject in ("organization", "team", "base"):
        if organizer := getattr(activity, subject):
            return organizer.pk in scope.managed(subject) or scope.covers(organizer.subdistrict_id)
    return scope.covers(activity.subdistrict_id)


def _bookings(subject: str, rows: Any, *columns: TabColumn, order: int) -> RecordTab:
    return RecordTab(
        subject,
        "bookings",
        _("场地预订"),
        rows,
        (
            TabColumn(_("用来做什么"), "title", note=lambda row: row.reason),
            *columns,
            TabColumn(_("时间"), lambda row: dates.span(row.starts, row.ends)),
            TabColumn(_("人数"), "people", is_number=True),
            STATE,
        ),
        ("-starts", "-pk"),
        order=order,
        search=lambda rows, text: rows.filter(title__icontains=text),
        related=("room__base", "organization", "team"),
    )


ROOM = TabColumn(_("场地"), lambda row: row.room.name, record=lambda row: row.room)
WHERE = TabColumn(_("场地"), "room")
WHO_BOOKED = TabColumn(_("谁来用"), lambda row: row.booker or _t("基地自己"))
TABS = [
    posts_of_person("bases", "base", _("基地"), _("基地职务"), order=21),
    posts_of(BASE, order=10),
    RecordTab(
        BASE,
        "honours",
        _("荣誉"),
        lambda base: base.honours.all(),
        (
            TabColumn(_("名称"), "title"),
            TabColumn(_("级别"), lambda row: row.get_level_display()),
            TabColumn(_("年份"), "year", note=lambda row: row.awarded_by),
            TabColumn(_("有效到"), "valid_until", note=lambda row: _t("已到期") if row.has_lapsed() else ""),
            TabColumn(_("说明"), "note"),
        ),
        ("-year", "pk"),
        order=20,
        visible=lambda rows, user: rows,  # an honour is public with its base
        search=lambda rows, text: rows.filter(title__icontains=text),
        in_history=True,
    ),
    RecordTab(
        BASE,
        "rooms",
        _("场地"),
        lambda base: base.rooms.all(),
        (
            TabColumn(_("名称"), "name", note=lambda row: row.note),
            TabColumn(_("坐多少人"), "capacity", is_number=True),
            TabColumn(_("设备"), lambda row: row.equipment_text or "—"),
            TabColumn(_("能不能订"), lambda row: _t("停止使用") if row.closed_on else _t("可以订")),
        ),
        ("name", "pk"),
        order=24,
        in_history=True,
    ),
    _bookings(BASE, lambda base: RoomBooking.objects.filter(room__base=base), ROOM, WHO_BOOKED, order=26),
    RecordTab(
        BASE,
        "visits",
        _("观摩"),
        lambda base: base.visits.all(),
        (
            TabColumn(_("单位"), "unit", note=lambda row: row.get_purpose_display()),
            TabColumn(_("时间"), lambda row: dates.span(row.starts, row.ends)),
            TabColumn(_("几位"), lambda row: row.came or row.people, is_number=True),
            TabColumn(_("状态"), lambda row: row.get_state_display(), badge=lambda row: row.badge),
        ),
        ("-starts", "-pk"),
        order=25,
        visible=lambda rows, user: rows.managed_by(user),
        search=lambda rows, text: rows.filter(unit__icontains=text),
        concerns=lambda row: row.guest,
        related=("guest",),
    ),
    _bookings("bases.Room", lambda room: room.bookings.all(), WHO_BOOKED, order=10),
    _bookings("organizations.Organization", lambda row: row.room_bookings.all(), WHERE, order=35),
    _bookings("services.Team", lambda row: row.room_bookings.all(), WHERE, order=35),
    _bookings("activities.Activity", lambda row: row.room_bookings.all(), WHERE, order=35),
    RecordTab(
        BASE,
        "exceptions",
        _("开放例外"),
        lambda base: base.opening_exceptions.all(),
        (
            TabColumn(_("日期"), lambda row: dates.days(row.starts, row.ends)),
            TabColumn(_("开放时间"), lambda row: row.words),
            TabColumn(_("原因"), "reason"),
        ),
        ("-starts", "-pk"),
        order=28,
        in_history=True,
    ),
    assessments_of(BASE, TabColumn(_("有效至"), "expires_on")),
    evaluations_of(BASE),
    assessments_by_standard(Evaluation, _("基地"), part="base-years", heading=_("实践创新基地"), order=25),
    assessments_by_standard(Assessment, _("基地"), part="bases", heading=_("实践创新基地"), order=22),
    to_look_at_again(Assessment, _("基地"), part="bases", heading=_("实践创新基地"), order=32),
]
VERBS = [
    evaluate_verb(BASE, "bases_evaluation"),
    RecordVerb(
        PERSON, "appoint-base", _("给基地职务"), "bases_post", "person", can_choose_person, tab="posts", order=31
    ),
    RecordVerb(BASE, "appoint", _("给职务"), "bases_post", "base", permissions.can_appoint, tab="posts", order=10),
    RecordVerb(BASE, "honour", _("登记荣誉"), "bases_honour", "base", permissions.can_honour, tab="honours", order=20),
    RecordVerb(
        BASE,
        "assess",
        _("开始“六有”评定"),
        "bases_assessment",
        "base",
        _can_assess,
        why=_why_assess,
        tab="assessments",
        order=30,
    ),
    RecordVerb(BASE, "add-room", _("添加场地"), "bases_room", "base", permissions.can_edit_base, tab="rooms", order=50),
    RecordVerb(
        BASE,
        "exception",
        _("登记开放例外"),
        "bases_openingexception",
        "base",
        permissions.can_edit_base,
        tab="exceptions",
        order=60,
    ),
    pictures_verb(BASE, _("照片"), order=55),
    RecordVerb("bases.Room", "book", _("订这个场地"), "bases_roombooking", "room", _can_book, tab="bookings", order=10),
    RecordVerb(
        "bases.Room",
        "close-for",
        _("停用一段时间"),
        "bases_roombooking",
        "room",
        _can_close,
        given={"is_closure": "on"},
        tab="bookings",
        order=20,
    ),
    RecordVerb(
        "organizations.Organization",
        "room",
        _("订场地"),
        "bases_roombooking",
        "organization",
        _acts_for("organization"),
        tab="bookings",
        order=50,
    ),
    RecordVerb(
        "services.Team", "room", _("订场地"), "bases_roombooking", "team", _acts_for("team"), tab="bookings", order=40
    ),
    RecordVerb(
        "activities.Activity",
        "room",
        _("订场地"),
        "bases_roombooking",
        "activity",
        _can_book_for,
        tab="bookings",
        order=30,
    ),
]
