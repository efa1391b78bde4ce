"""Opening exceptions, rooms and their bookings on the staff site."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DetailRow, todo_kind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import AccessScope, access_scope
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.badges import state_badge
from chengyang.platform.staff.bulk_verbs import of_decision
from chengyang.platform.staff.filters import period_filter
from chengyang.platform.staff.links import page_url
from chengyang.platform.staff.record_hooks import Head
from chengyang.platform.web.wording import yes_or_no

from .. import actions, permissions
from ..forms import BookingForm, OpeningExceptionForm, RoomForm
from ..models import OpeningException, Room, RoomBooking
from ..states import BOOKING_BLOCKS, BookingState
from ..todos import AnswerBooking, booking_rows
from .bases import BaseRelatedAdmin, Section


def _manages_a_base(user: Any) -> bool:
    scope = access_scope(user)
    return scope.staff or bool(scope.managed("base"))


@admin.register(OpeningException)
class OpeningExceptionAdmin(BaseRelatedAdmin):
    order = 50
    list_select_related = ("base",)
    list_display = ("base", "starts", "ends", "hours_label", "reason")
    list_filter = ("base",)
    search_fields = ("base__name", "reason")
    form = OpeningExceptionForm
    may_create = staticmethod(_manages_a_base)
    may_edit = staticmethod(lambda user, row: permissions.can_edit_base(user, row.base))
    buttons = (
        Button(
            "remove",
            gettext_lazy("撤销例外"),
            actions.remove_exception,
            lambda user, row: permissions.can_edit_base(user, row.base),
            confirm=gettext_lazy("撤销以后这几天照平时的时间开放。撤销？"),
            done=gettext_lazy("已撤销，照平时的时间开放。"),
        ),
    )

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        names = OpeningException.EDITABLE_FIELDS
        return [(None, {"fields": names if obj else ("base", *names)})]

    @admin.display(description=gettext_lazy("开放时间"))
    def hours_label(self, row: OpeningException) -> str:
        return row.words

    def detail_rows(self, row: OpeningException, user: Any) -> list[DetailRow]:
        days = (clock.at(row.starts), clock.at(row.ends))
        met = RoomBooking.objects.filter(room__base=row.base).blocking().overlapping(*days)
        booked = met.exclude(state=BookingState.CLOSURE).count()
        return [
            DetailRow(_("基地"), row.base, url=page_url(row.base)),
            DetailRow(_("日期"), dates.days(row.starts, row.ends)),
            DetailRow(_("开放时间"), row.words),
            DetailRow(_("原因"), row.reason),
            *([DetailRow(_("这几天已有预订"), _("%(n)d 个") % {"n": booked}, live=True)] if booked else []),
        ]

    def create(self, form: Any, *, actor: Any) -> OpeningException:
        data = dict(form.cleaned_data)
        return actions.add_exception(data.pop("base"), actor=actor, **data)

    def edit(self, row: OpeningException, form: Any, *, actor: Any) -> OpeningException:
        return actions.edit_exception(row, actor=actor, **form.cleaned_data)


@admin.register(Room)
class RoomAdmin(BaseRelatedAdmin):
    order = 60
    list_select_related = ("base",)
    list_display = ("name", "base", "capacity", "equipment_label", "in_use")
    export_more = ("note", "closed_on")
    list_filter = ("base",)
    search_fields = ("name", "base__name")
    form = RoomForm
    may_create = staticmethod(_manages_a_base)
    may_edit = staticmethod(lambda user, row: permissions.can_edit_base(user, row.base))
    buttons = (
        Button(
            "close",
            gettext_lazy("停止使用"),
            actions.close_room,
            lambda user, row: row.closed_on is None and permissions.can_edit_base(user, row.base),
            confirm=gettext_lazy("停止使用以后不能再订，订过的记录都留着。停止？"),
            done=gettext_lazy("已停止使用。"),
        ),
        Button(
            "reopen",
            gettext_lazy("恢复使用"),
            actions.reopen_room,
            lambda user, row: row.closed_on is not None and permissions.can_edit_base(user, row.base),
            done=gettext_lazy("已恢复使用。"),
        ),
    )

    def is_for(self, scope: AccessScope) -> bool:
        """Whoever can book sees all rooms that there are."""
        return scope.responsible

    def _managed_rows(self, rows: Any, scope: AccessScope) -> Any:
        return rows

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        return [(None, {"fields": Room.EDITABLE_FIELDS if obj else ("base", *Room.EDITABLE_FIELDS)})]

    @admin.display(description=gettext_lazy("设备"))
    def equipment_label(self, row: Room) -> str:
        return row.equipment_text or "—"

    @admin.display(description=gettext_lazy("能不能订"))
    def in_use(self, row: Room) -> str:
        return _("停止使用") if row.closed_on else _("可以订")

    def head(self, row: Room, user: Any) -> Head:
        tags = [(_("停止使用"), "is-bad")] if row.closed_on else [(_("可以订"), "is-good")]
        return Head(tags, str(row.base))

    def detail_rows(self, row: Room, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("基地"), row.base, url=page_url(row.base)),
            DetailRow(_("坐多少人"), _("%(n)d 人") % {"n": row.capacity}),
            DetailRow(_("设备"), row.equipment_text or "—"),
            DetailRow(_("说明"), row.note or "—"),
            DetailRow(_("观摩要用"), yes_or_no(row.for_visits)),
            *([DetailRow(_("停止使用"), dates.full_day(row.closed_on))] if row.closed_on else []),
        ]

    def create(self, form: Any, *, actor: Any) -> Room:
        data = dict(form.cleaned_data)
        return actions.add_room(data.pop("base"), actor=actor, **data)

    def edit(self, row: Room, form: Any, *, actor: Any) -> Room:
        return actions.edit_room(row, actor=actor, **form.cleaned_data)


class InBase(admin.SimpleListFilter):
    """A filter by the base of the room."""

    title, parameter_name = gettext_lazy("基地"), "base"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        rooms = Room.objects.visible_to(request.user).order_by("base__name").values_list("base__slug", "base__name")
        return list(dict.fromkeys(rooms))

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(room__base__slug=self.value()) if self.value() else queryset


ANSWER = AnswerBooking()


@admin.register(RoomBooking)
class RoomBookingAdmin(ScopedAdmin):
    section, order = Section.BASES, 70
    list_select_related = ("room__base", "organization", "team")
    list_display = ("title", "room", "starts", "ends", "booker_label", "people", "state")
    export_more = ("at", "activity", "decided_at")
    list_filter = ("state", InBase, period_filter("starts", gettext_lazy("时间")))
    search_fields = ("title", "room__name", "room__base__name")
    form = BookingForm
    fields = (
        "room",
        "organization",
        "team",
        "activity",
        "title",
        "starts",
        "ends",
        "people",
        "needs",
        "is_closure",
    )
    edited_fields = ("room", "title", "starts", "ends", "people", "needs")
    may_create = staticmethod(lambda user: access_scope(user).responsible)
    may_edit = staticmethod(
        lambda user, row: (
            row.state in (BookingState.PREBOOKED, BookingState.CONFIRMED)
            and not row.has_begun()
            and permissions.can_edit_booking(user, row)
        )
    )
    bulk_verbs = (
        of_decision(ANSWER, "confirm", gettext_lazy("确认")),
        of_decision(ANSWER, "decline", gettext_lazy("不同意"), needs_reason=True),
    )
    buttons = (
        Button(
            "confirm",
            gettext_lazy("确认"),
            actions.confirm_booking,
            lambda user, row: _waits(row) and permissions.can_decide_booking(user, row),
            done=gettext_lazy("已确认，预订的人会收到通知。"),
            main=True,
            why=gettext_lazy("等基地答复。"),
        ),
        Button(
            "decline",
            gettext_lazy("不同意"),
            actions.decline_booking,
            lambda user, row: _waits(row) and permissions.can_decide_booking(user, row),
            needs_reason=True,
            done=gettext_lazy("已答复，预订的人会收到通知。"),
        ),
        Button(
            "cancel",
            gettext_lazy("取消"),
            actions.cancel_booking,
            lambda user, row: (
                row.state in BOOKING_BLOCKS and row.ends > clock.now() and permissions.can_cancel_booking(user, row)
            ),
            needs_reason=True,
            confirm=gettext_lazy("取消以后这个时间给别人订。取消？"),
            done=gettext_lazy("已取消。"),
        ),
    )

    def is_for(self, scope: AccessScope) -> bool:
        return scope.responsible

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """Return the form; only who manages a base may close one of its rooms in it."""
        form = super().get_form(request, obj, change, **options)
        if obj is not None or not _manages_a_base(request.user):
            form.base_fields.pop("is_closure", None)
        return form

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        new = self.fields if _manages_a_base(request.user) else self.fields[:-1]
        return [(None, {"fields": self.edited_fields if obj else new})]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Offer rooms in use, and of activities those to come that the officer manages."""
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if db_field.name == "room":
            field.queryset = field.queryset.open().select_related("base")
        if db_field.name == "activity":
            coming = field.queryset.managed_by(request.user).filter(starts__gt=clock.now())
            field.queryset = coming.exclude(state="cancelled").order_by("starts", "pk")
        return field

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        """Fill in time, number of people and title from the activity that the address names."""
        given = super().get_changeform_initial_data(request)
        field = RoomBooking._meta.get_field("activity")
        rows = field.related_model.objects.visible_to(request.user)
        activity = rows.filter(pk=given["activity"]).first() if given.get("activity") else None
        if activity is None:
            return given
        about = {"title": activity.title, "starts": activity.starts, "ends": activity.ends, "people": activity.capacity}
        return {**about, "organization": activity.organization_id, "team": activity.team_id, **given}

    @admin.display(description=gettext_lazy("谁来用"))
    def booker_label(self, row: RoomBooking) -> str:
        return str(row.booker or _("基地自己"))

    def head(self, row: RoomBooking, user: Any) -> Head:
        when = DetailRow(_("时间"), dates.span(row.starts, row.ends))
        return Head([(row.get_state_display(), state_badge(row))], str(row.room), [when])

    def detail_rows(self, row: RoomBooking, user: Any) -> list[DetailRow]:
        waits = todo_kind("booking").url(row) if ANSWER.options(row, user) else ""
        answered = dates.stamp(row.decided_at) if row.decided_at else ""
        return [
            DetailRow(_("状态"), row.get_state_display(), _("去答复") if waits else row.reason, url=waits),
            *booking_rows(row),
            *([DetailRow(_("答复"), row.decided_by or "—", answered)] if row.decided_at else []),
        ]

    def create(self, form: Any, *, actor: Any) -> RoomBooking:
        data = dict(form.cleaned_data)
        room, is_closure = data.pop("room"), data.pop("is_closure", False)
        if is_closure:
            period = {name: data[name] for name in ("starts", "ends")}
            return actions.close_room_for(room, actor=actor, reason=data["title"], **period)
        return actions.book_room(room, actor=actor, **data)

    def edit(self, row: RoomBooking, form: Any, *, actor: Any) -> RoomBooking:
        return actions.edit_booking(row, actor=actor, **form.cleaned_data)


def _waits(row: RoomBooking) -> bool:
    return row.state == BookingState.PREBOOKED and not row.has_begun()
