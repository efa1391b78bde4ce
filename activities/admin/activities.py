"""The lists of activities, activity projects and brands on the staff site."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.badges import state_badge
from chengyang.platform.staff.filters import period_filter
from chengyang.platform.staff.record_hooks import Head

from .. import actions, permissions
from ..forms import ActivityForm
from ..models import Activity, Brand, Programme
from ..states import ACTIVITY_EDITABLE, ActivityState
from ..todos import clashes, detail_rows_of


def _offered(verb: str) -> Any:
    """Return the `can` of a `Button`: whether the page offers `verb`."""
    return lambda user, row: permissions.offers(verb, user, row)


def _ahead(verb: str) -> Any:
    """Return the `can` of a `Button` for a draft: the page offers `verb`, and the activity is not over."""
    return lambda user, row: _offered(verb)(user, row) and not _is_past_draft(row)


def _past(verb: str) -> Any:
    """Return the `can` of a `Button` for the draft of an activity that is over, which is entered later."""
    return lambda user, row: _is_past_draft(row) and _offered(verb)(user, row)


def _is_past_draft(row: Activity) -> bool:
    return row.state in ACTIVITY_EDITABLE and row.is_over()


def _may_delete(user: Any, row: Activity) -> bool:
    return row.was_entered_later and not row.recorded_at and permissions.can_delete_past_activity(user, row)


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
    may_create = staticmethod(lambda user: permissions.manages_activities(access_scope(user)))
    may_edit = staticmethod(
        lambda user, row: row.state != ActivityState.CANCELLED and permissions.can_edit_activity(user, row)
    )
    buttons = (
        Button(
            "publish",
            gettext_lazy("发布"),
            actions.publish_activity,
            _ahead("publish"),
            done=gettext_lazy("已发布，日历上看得到了。"),
            main=True,
            why=gettext_lazy("发布以后日历上看得到，可以报名。"),
        ),
        Button(
            "submit",
            gettext_lazy("报批"),
            actions.submit_activity,
            lambda user, row: _ahead("submit")(user, row) and not _offered("publish")(user, row),
            done=gettext_lazy("已报批，3 个工作日内答复。"),
            main=True,
            why=gettext_lazy("填好以后报批，批准了才能发布。"),
        ),
        Button(
            "publish-past",
            gettext_lazy("补录发布"),
            actions.publish_past_activity,
            _past("publish"),
            done=gettext_lazy("已补录，可以登记到场的人。"),
            main=True,
            why=gettext_lazy("这场活动已经办完：补录以后算进统计，不再报名。"),
        ),
        Button(
            "submit-past",
            gettext_lazy("补录报批"),
            actions.submit_past_activity,
            lambda user, row: _past("submit")(user, row) and not _past("publish")(user, row),
            done=gettext_lazy("已报批，3 个工作日内答复。"),
            main=True,
            why=gettext_lazy("这场活动已经办完：批准以后算进统计，不再报名。"),
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
        Button(
            "delete",
            gettext_lazy("删除补录"),
            actions.delete_past_activity,
            _may_delete,
            confirm=gettext_lazy("删除以后不能恢复。确定这场活动补录错了？"),
            done=gettext_lazy("已删除。"),
        ),
    )

    def is_for(self, scope: Any) -> bool:
        return permissions.manages_activities(scope)

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

    def head(self, row: Activity, user: Any) -> Head:
        tags = [(row.get_state_display(), state_badge(row)), (row.get_kind_display(), "")]
        places = _("%(taken)d 个已占") % {"taken": row.taken}
        when = DetailRow(_("时间"), dates.span(row.starts, row.ends))
        return Head(
            tags, row.place, [when, DetailRow(_("主办"), row.organizer or self.who(row)), DetailRow(_("报名"), places)]
        )

    def public_url(self, row: Activity) -> str:
        return row.get_absolute_url() if row.is_shown() else ""

    @admin.display(description=gettext_lazy("主办"))
    def who(self, row: Activity) -> str:
        return str(row.organizer or _("区委统战部"))

    @admin.display(description=gettext_lazy("名额"))
    def places(self, row: Activity) -> str:
        return f"{row.taken} / {row.capacity or _('不限')}"

    def detail_rows(self, row: Activity, user: Any) -> list[DetailRow]:
        state = DetailRow(_("状态"), row.get_state_display(), row.reason)
        taken = _("%(taken)d 个已占") % {"taken": row.taken}
        revision = DetailRow(_("修订"), _("第 %(n)d 次") % {"n": row.sequence}, dates.stamp(row.changed_at))
        missing = actions.missing_fields(row) if row.state in ACTIVITY_EDITABLE else []
        lacks = [DetailRow(_("发布前还缺"), message, url=f"?edit=1#id_{field}") for field, message in missing]
        lacks += clashes(row, user) if row.state in ACTIVITY_EDITABLE else []
        return [state, *lacks, *detail_rows_of(row), DetailRow(_("报名"), taken), revision]

    def create(self, form: Any, *, actor: Any) -> Activity:
        with _refusal_at_organizer_field():
            return actions.draft_activity(actor=actor, **form.cleaned_data)

    def edit(self, row: Activity, form: Any, *, actor: Any) -> Activity:
        with _refusal_at_organizer_field():
            return actions.edit_activity(row, actor=actor, room=form.offered_room, **form.cleaned_data)


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
