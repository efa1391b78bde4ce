"""The lists of sign-ups, check-ins and volunteer hours on the staff site."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.sheets.columns import Column, Kind
from chengyang.platform.sheets.parsing import Phone
from chengyang.platform.staff.admin import Button
from chengyang.platform.staff.bulk_verbs import PERSON, BulkVerb, of_button, of_decision
from chengyang.platform.staff.filters import period_filter

from .. import actions, permissions
from ..forms import HoursForm, SignUpForForm
from ..models import Activity, CheckIn, ServiceRecord, Signup
from ..states import SIGNUP_OPEN, ActivityState, SignupState
from ..todos import ReviewSignup
from .common import PERSON_HELP, ManagedRowsAdmin, activity_filter


def _signup_is(row: Signup, *states: str) -> bool:
    """Return whether the sign-up is in one of `states`, for an activity that people can still attend."""
    return row.state in states and row.activity.accepts_visitors()


REVIEW = ReviewSignup()
NOTIFIED = gettext_lazy("每个人都会收到通知。")


def places_after(rows: Sequence[Signup], user: Any) -> list[str]:
    """Return for each activity how many of `rows` would be approved and how many places it has left."""
    sentences = []
    for activity, number in Counter(row.activity for row in rows).items():
        left = activity.places_left
        words = {"title": activity, "n": number, "left": left, "more": number - (left or 0)}
        if left is None:
            sentences.append(_("“%(title)s”同意 %(n)d 人，名额不限。") % words)
        elif left >= number:
            sentences.append(_("“%(title)s”同意 %(n)d 人，余 %(left)d 个名额。") % words)
        else:
            sentences.append(_("“%(title)s”同意 %(n)d 人，只余 %(left)d 个名额，%(more)d 人排进候补。") % words)
    return sentences


def _last_digits(person: str | None, guest: str | None) -> str:
    """Return the last four digits of the number of a person or a guest, in the form in which an import reads them."""
    digits = person or guest
    return Phone.masked(digits) if digits else ""


@admin.register(Signup)
class SignupAdmin(ManagedRowsAdmin):
    order = 20
    is_changed_by_actions = True
    messages_to = "signups"
    list_display = ("who", "activity", "state", "position", "at")
    export_people = ("person", "user")
    export_more = (
        Column(
            "who",
            gettext_lazy("姓名"),
            lambda row: row.display_name,
            personal=True,
            related=("person", "user"),
            reads=("person__name", "guest_name"),
            make=lambda name, guest: name or guest or _("来宾"),
        ),
        "public_id",
        "activity__starts",
        Column(
            "masked_phone",
            gettext_lazy("手机"),
            lambda row: _last_digits(*[owner.phone_last4 if owner else None for owner in (row.person, row.user)]),
            personal=True,
            related=("person", "user"),
            reads=("person__phone_last4", "user__phone_last4"),
            make=lambda person, guest: _last_digits(person, guest),
        ),
        "checkin__checked_in_at",
        "checkin__checked_out_at",
        "person__unit",
        "person__subdistrict",
    )
    concerns = staticmethod(lambda signup: signup.recipient)
    list_filter = (
        "state",
        activity_filter("activity"),
        period_filter("activity__starts", gettext_lazy("活动时间"), parameter="held"),
        period_filter("at", gettext_lazy("报名时间")),
    )
    list_select_related = ("activity", "person__subdistrict", "user")
    search_fields = ("public_id",)
    search_help_text = PERSON_HELP
    ordering = ("-at", "-pk")
    form = SignUpForForm
    fields = ("activity", "guest_name", "phone")
    may_create = staticmethod(lambda user: permissions.manages_activities(access_scope(user)))
    buttons = (
        Button(
            "confirm",
            gettext_lazy("本人来电要去，确认名额"),
            actions.confirm_signup_for,
            lambda user, row: _signup_is(row, SignupState.OFFERED) and permissions.can_manage_signup(user, row),
            done=gettext_lazy("名额已确认，本人会收到通知。"),
            main=True,
            why=gettext_lazy("有名额留着，等本人确认。"),
        ),
        Button(
            "move-up",
            gettext_lazy("候补往前移一位"),
            actions.move_signup_up,
            lambda user, row: _signup_is(row, SignupState.WAITLISTED) and permissions.can_manage_signup(user, row),
            needs_reason=True,
            done=gettext_lazy("已往前移一位。"),
        ),
        Button(
            "cancel",
            gettext_lazy("替本人取消报名"),
            actions.cancel_signup_for,
            lambda user, row: _signup_is(row, *SIGNUP_OPEN) and permissions.can_manage_signup(user, row),
            needs_reason=True,
            confirm=gettext_lazy("取消以后名额给下一位，本人会收到通知。确定取消？"),
            done=gettext_lazy("已取消，名额给下一位，本人会收到通知。"),
        ),
    )
    bulk_verbs = (
        of_decision(
            REVIEW,
            "approve",
            gettext_lazy("同意"),
            outlook=places_after,
            order=("position",),
            unit=PERSON,
            note=NOTIFIED,
        ),
        of_decision(
            REVIEW,
            "decline",
            gettext_lazy("不同意"),
            order=("position",),
            needs_reason=True,
            unit=PERSON,
            note=NOTIFIED,
        ),
        of_button(buttons[0], gettext_lazy("确认名额"), locks=("activity",), unit=PERSON, note=NOTIFIED),
        of_button(
            buttons[2], gettext_lazy("取消报名"), locks=("activity",), order=("position",), unit=PERSON, note=NOTIFIED
        ),
    )

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Offer the activities that the officer manages and that people can still attend."""
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if db_field.name == "activity":
            ahead = Activity.objects.managed_by(request.user).filter(state=ActivityState.PUBLISHED)
            field.queryset = ahead.filter(ends__gt=clock.now()).order_by("starts", "pk")
        return field

    def create(self, form: Any, *, actor: Any) -> Signup:
        return actions.sign_up_for(actor=actor, **form.cleaned_data)

    def message_rows(self, rows: Any) -> Any:
        return rows.filter(state__in=SIGNUP_OPEN)

    @admin.display(description=gettext_lazy("姓名"))
    def who(self, row: Signup) -> Any:
        return row.person or row.display_name

    def detail_rows(self, row: Signup, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("活动"), row.activity, dates.span(row.activity.starts, row.activity.ends)),
            DetailRow(_("姓名"), row.person or row.display_name, _("在册") if row.person_id else _("来宾")),
            DetailRow(_("手机"), row.masked_phone or "—"),
            DetailRow(_("状态"), row.get_state_display(), row.until_text),
            DetailRow(_("序号"), row.position, row.code),
            DetailRow(_("报名时间"), dates.stamp(row.at)),
            DetailRow(_("签到"), dates.stamp(row.checkin.checked_in_at) if row.is_checked_in else "—"),
        ]  # fmt: skip


@admin.register(CheckIn)
class CheckInAdmin(ManagedRowsAdmin):
    order = 30
    is_changed_by_actions = True
    list_display = ("who", "what", "method", "checked_in_at", "checked_out_at")
    export_more = ("signup__activity__starts", "signup__person__unit", "signup__person__subdistrict", "reason")
    concerns = staticmethod(lambda checkin: checkin.signup.recipient)
    list_filter = (
        "method",
        activity_filter("signup__activity"),
        period_filter("checked_in_at", gettext_lazy("签到时间")),
    )
    list_select_related = ("signup__person__subdistrict", "signup__user", "signup__activity")
    search_help_text = PERSON_HELP
    ordering = ("-checked_in_at", "-pk")
    fields = ("signup", "method", "checked_in_at", "checked_out_at", "reason", "by")
    history_moments = ("checked_in_at", "checked_out_at")

    @admin.display(description=gettext_lazy("姓名"))
    def who(self, row: CheckIn) -> Any:
        return row.signup.person or row.signup.display_name

    @admin.display(description=gettext_lazy("活动"))
    def what(self, row: CheckIn) -> str:
        return str(row.signup.activity)


@admin.register(ServiceRecord)
class ServiceRecordAdmin(ManagedRowsAdmin):
    order = 40
    list_display = ("who", "what", "hours", "on", "previous_hours")
    export_more = (
        Column("on", gettext_lazy("日期"), lambda row: row.checkin.signup.activity.first_day, Kind.DATE),
        *("checkin__checked_in_at", "checkin__checked_out_at"),
        *("checkin__signup__person__unit", "checkin__signup__person__subdistrict"),
    )
    concerns = staticmethod(lambda record: record.checkin.signup.recipient)
    list_filter = (
        activity_filter("checkin__signup__activity"),
        period_filter("checkin__signup__activity__starts", gettext_lazy("服务时间")),
    )
    list_select_related = (
        "checkin__signup__person__subdistrict",
        "checkin__signup__user",
        "checkin__signup__activity",
    )
    search_help_text = PERSON_HELP
    ordering = ("-at", "-pk")
    form = HoursForm
    fields = HoursForm.Meta.fields
    may_edit = staticmethod(permissions.can_correct_hours)
    bulk_verbs = (
        BulkVerb(
            "correct",
            gettext_lazy("更正时长"),
            actions.correct_hours,
            lambda user, row: "" if permissions.can_correct_hours(user, row) else _("不由你办"),
            needs_reason=True,
            fields=lambda: {"hours": HoursForm.base_fields["hours"]},
            undo=actions.restore_hours,
            lock_first=lambda row: actions.lock_hours(row.checkin.signup),
            related=list_select_related,
            unit=PERSON,
            note=NOTIFIED,
        ),
    )

    @admin.display(description=gettext_lazy("姓名"))
    def who(self, row: ServiceRecord) -> Any:
        return row.checkin.signup.person or row.checkin.signup.display_name

    @admin.display(description=gettext_lazy("活动"))
    def what(self, row: ServiceRecord) -> str:
        return str(row.checkin.signup.activity)

    @admin.display(description=gettext_lazy("日期"))
    def on(self, row: ServiceRecord) -> str:
        return dates.full_day(row.checkin.signup.activity.first_day)

    def detail_rows(self, row: ServiceRecord, user: Any) -> list[DetailRow]:
        checkin = row.checkin
        activity = checkin.signup.activity
        left = dates.stamp(checkin.checked_out_at) if checkin.checked_out_at else "—"
        corrected = dates.hours(row.previous_hours) if row.previous_hours is not None else "—"
        return [
            DetailRow(_("姓名"), checkin.signup),
            DetailRow(_("活动"), activity, dates.span(activity.starts, activity.ends)),
            DetailRow(_("签到"), dates.stamp(checkin.checked_in_at), checkin.get_method_display()),
            DetailRow(_("签退"), left),
            DetailRow(_("时长"), dates.hours(row.hours)),
            DetailRow(_("更正前"), corrected, row.reason),
        ]

    def edit(self, row: ServiceRecord, form: Any, *, actor: Any) -> ServiceRecord:
        return actions.correct_hours(row, actor=actor, **form.cleaned_data)
