"""Activities on the staff site."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.sheets.columns import Column, Kind
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.filters import LatestFilter, period_filter

from . import actions, permissions
from .forms import ActivityForm, HoursForm, SignUpForForm
from .models import Activity, Brand, CheckIn, Programme, ServiceRecord, Signup
from .states import ACTIVITY_EDITABLE, SIGNUP_OPEN, ActivityState, SignupState
from .todos import detail_rows_of

PERSON_HELP = gettext_lazy("姓名、拼音、首字母、手机尾号四位或票号")


class _ActivityFilter(LatestFilter):
    title, parameter_name = gettext_lazy("活动"), "activity"

    def rows(self, user: Any) -> Any:
        return Activity.objects.managed_by(user).order_by("-starts", "-pk")

    def describe(self, row: Activity) -> str:
        return f"{dates.day(row.first_day)} {row.title}"


def activity_filter(path: str) -> type[LatestFilter]:
    """Return a filter of a list by activity; `path` is the lookup from the list to the activity."""
    return type("ActivityFilter", (_ActivityFilter,), {"path": path})


def _manages_activities(scope: Any) -> bool:
    """Return whether `scope` is staff or acts for an organizer."""
    return bool(scope.staff or scope.managed("organization") or scope.managed("base") or scope.managed("team"))


def _offered(verb: str) -> Any:
    """Return the `can` of a `Button`: whether the page offers `verb`."""
    return lambda user, row: permissions.offers(verb, user, row)


def _may_finish(user: Any, row: Activity) -> bool:
    """Where somebody of a volunteer service has no check-out, the check-in page asks whether they stayed."""
    over = row.state == ActivityState.PUBLISHED and row.is_over() and not row.recorded_at
    return over and permissions.can_finish_activity(user, row) and not actions.without_check_out(row)


@admin.register(Activity)
class ActivityAdmin(ScopedAdmin):
    section, order = Section.ACTIVITIES, 10
    list_display = ("title", "starts", "who", "kind", "state", "places")
    export_more = ("ends", "taken", "capacity", "place", "programme", "subdistrict", "headcount")
    list_filter = (
        "state",
        "kind",
        "programme",
        "subdistrict",
        "organization",
        "base",
        period_filter("starts", gettext_lazy("活动时间")),
    )
    list_select_related = ("organization", "team", "base", "programme", "subdistrict")
    search_fields = ("title",)
    search_help_text = gettext_lazy("名称、简介、地点或主办里的字")
    ordering = ("-starts", "-pk")
    form = ActivityForm
    fields = Activity.EDITABLE_FIELDS
    free_choices = ("base",)
    template = "activities/_staff_links.html"
    may_create = staticmethod(lambda user: _manages_activities(access_scope(user)))
    may_edit = staticmethod(
        lambda user, row: row.state != ActivityState.CANCELLED and permissions.can_edit_activity(user, row)
    )
    buttons = (
        Button(
            "publish",
            gettext_lazy("发布"),
            actions.publish_activity,
            _offered("publish"),
            done=gettext_lazy("已发布，日历上看得到了。"),
            main=True,
        ),
        Button(
            "submit",
            gettext_lazy("报批"),
            actions.submit_activity,
            lambda user, row: _offered("submit")(user, row) and not _offered("publish")(user, row),
            done=gettext_lazy("已报批，3 个工作日内答复。"),
            main=True,
        ),
        Button("return", gettext_lazy("退回修改"), actions.return_activity, _offered("return"), needs_reason=True),
        Button("finish", gettext_lazy("登记完成"), actions.finish_activity, _may_finish),
        Button(
            "cancel",
            gettext_lazy("取消活动"),
            actions.cancel_activity,
            lambda user, row: _offered("cancel")(user, row) and not (row.is_shown() and row.is_over()),
            needs_reason=True,
            confirm=gettext_lazy("取消以后不能恢复，报名的人马上收到通知。确定取消？"),
            done=gettext_lazy("已取消，报名的人都会收到通知。"),
        ),
    )

    def is_for(self, scope: Any) -> bool:
        return _manages_activities(scope)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).managed_by(request.user)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Offer an organizer only the organizations and teams that they act for; the base may be any."""
        field = super().formfield_for_foreignkey(db_field, request, **options)
        scope = access_scope(request.user)
        own = {"organization": scope.managed("organization"), "team": scope.managed("team")}.get(db_field.name)
        if own is not None and not scope.staff:
            field.queryset = field.queryset.filter(pk__in=own)
        return field

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        """Choose the organizer for somebody who acts for one only."""
        scope = access_scope(request.user)
        own = [(name, pk) for name in ("organization", "team", "base") for pk in scope.managed(name)]
        chosen = dict(own) if len(own) == 1 and not scope.staff else {}
        return {**chosen, **super().get_changeform_initial_data(request)}

    @admin.display(description=gettext_lazy("主办"))
    def who(self, row: Activity) -> str:
        return str(row.organizer or _("区委统战部"))

    @admin.display(description=gettext_lazy("名额"))
    def places(self, row: Activity) -> str:
        return f"{row.taken} / {row.capacity or _('不限')}"

    def detail_rows(self, row: Activity, user: Any) -> list[DetailRow]:
        state = DetailRow(_("状态"), row.get_state_display(), row.reason, url=row.get_absolute_url())
        taken = _("%(taken)d 个已占") % {"taken": row.taken}
        revision = DetailRow(_("修订"), _("第 %(n)d 次") % {"n": row.sequence}, dates.stamp(row.changed_at))
        missing = actions.missing_fields(row) if row.state in ACTIVITY_EDITABLE else []
        lacks = [DetailRow(_("发布前还缺"), message, url=f"?edit=1#id_{field}") for field, message in missing]
        return [state, *lacks, *detail_rows_of(row), DetailRow(_("报名"), taken), revision]

    def create(self, form: Any, *, actor: Any) -> Activity:
        with _refusal_at_organizer_field():
            return actions.draft_activity(actor=actor, **form.cleaned_data)

    def edit(self, row: Activity, form: Any, *, actor: Any) -> Activity:
        with _refusal_at_organizer_field():
            return actions.edit_activity(row, actor=actor, **form.cleaned_data)


@contextmanager
def _refusal_at_organizer_field() -> Iterator[None]:
    """Turn NotAllowed for another organizer into an error at the field of the form.

    The user may open the form, but chose an organizer that they do not act for: a field error (409), not a page 403.
    """
    try:
        yield
    except NotAllowed:
        message = _("请选你负责的主办组织、服务队或基地；街道自己办的，选街道。")
        raise ActionError(message, code="organizer", field="organization") from None


class _ManagedRowsAdmin(ScopedAdmin):
    """Rows that belong to an activity, for those who manage the activity."""

    section = Section.ACTIVITIES

    def is_for(self, scope: Any) -> bool:
        return _manages_activities(scope)

    def get_queryset(self, request: Any) -> Any:
        # Not of `visible_to`, whose condition for own rows would be one more OR around the one for managed rows.
        return self.model._default_manager.managed_by(request.user).order_by(*self.ordering)


def _signup_is(row: Signup, *states: str) -> bool:
    """Return whether the sign-up is in one of `states`, for an activity that people can still attend."""
    return row.state in states and row.activity.accepts_visitors()


@admin.register(Signup)
class SignupAdmin(_ManagedRowsAdmin):
    order = 20
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
            lambda row: row.masked_phone,
            personal=True,
            related=("person", "user"),
        ),
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
    may_create = staticmethod(lambda user: _manages_activities(access_scope(user)))
    buttons = (
        Button(
            "confirm",
            gettext_lazy("本人来电要去，确认名额"),
            actions.confirm_signup_for,
            lambda user, row: _signup_is(row, SignupState.OFFERED) and permissions.can_manage_signup(user, row),
            done=gettext_lazy("名额已确认，本人会收到通知。"),
            main=True,
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

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Offer the activities that the officer manages and that people can still attend."""
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if db_field.name == "activity":
            ahead = Activity.objects.managed_by(request.user).filter(state=ActivityState.PUBLISHED)
            field.queryset = ahead.filter(ends__gt=clock.now()).order_by("starts", "pk")
        return field

    def create(self, form: Any, *, actor: Any) -> Signup:
        return actions.sign_up_for(actor=actor, **form.cleaned_data)

    @admin.display(description=gettext_lazy("姓名"))
    def who(self, row: Signup) -> Any:
        return row.person or row.display_name

    def detail_rows(self, row: Signup, user: Any) -> list[DetailRow]:
        return [
            DetailRow(_("活动"), row.activity, dates.span(row.activity.starts, row.activity.ends),
                 url=row.activity.get_absolute_url()),
            DetailRow(_("姓名"), row.person or row.display_name, _("在册") if row.person_id else _("来宾")),
            DetailRow(_("手机"), row.masked_phone or "—"),
            DetailRow(_("状态"), row.get_state_display(), row.until_text),
            DetailRow(_("序号"), row.position, row.code),
            DetailRow(_("报名时间"), dates.stamp(row.at)),
            DetailRow(_("签到"), dates.stamp(row.checkin.checked_in_at) if row.is_checked_in else "—"),
        ]  # fmt: skip


@admin.register(CheckIn)
class CheckInAdmin(_ManagedRowsAdmin):
    order = 30
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

    @admin.display(description=gettext_lazy("姓名"))
    def who(self, row: CheckIn) -> Any:
        return row.signup.person or row.signup.display_name

    @admin.display(description=gettext_lazy("活动"))
    def what(self, row: CheckIn) -> str:
        return str(row.signup.activity)


@admin.register(ServiceRecord)
class ServiceRecordAdmin(_ManagedRowsAdmin):
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
            DetailRow(_("活动"), activity, dates.span(activity.starts, activity.ends), url=activity.get_absolute_url()),
            DetailRow(_("签到"), dates.stamp(checkin.checked_in_at), checkin.get_method_display()),
            DetailRow(_("签退"), left),
            DetailRow(_("时长"), dates.hours(row.hours)),
            DetailRow(_("更正前"), corrected, row.reason),
        ]

    def edit(self, row: ServiceRecord, form: Any, *, actor: Any) -> ServiceRecord:
        return actions.correct_hours(row, actor=actor, **form.cleaned_data)


class _DistrictAdmin(ScopedAdmin):
    """A table that only the district office edits."""

    section = Section.ACTIVITIES

    def is_for(self, scope: Any) -> bool:
        return scope.district


@admin.register(Programme)
class ProgrammeAdmin(_DistrictAdmin):
    order = 80
    list_display = ("name", "summary", "order")
    fields = Programme.EDITABLE_FIELDS

    def edit(self, row: Programme, form: Any, *, actor: Any) -> Programme:
        return actions.edit_programme(row, actor=actor, **form.cleaned_data)


@admin.register(Brand)
class BrandAdmin(_DistrictAdmin):
    order = 90
    list_display = ("name", "since", "summary", "order")
    fields = Brand.EDITABLE_FIELDS

    def create(self, form: Any, *, actor: Any) -> Brand:
        return actions.add_brand(actor=actor, **form.cleaned_data)

    def edit(self, row: Brand, form: Any, *, actor: Any) -> Brand:
        return actions.edit_brand(row, actor=actor, **form.cleaned_data)
