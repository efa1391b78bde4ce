"""Bases, their assessments, honours and posts on the staff site."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.assessment_admin import AssessmentAdmin as StandardAssessmentAdmin
from chengyang.platform.staff.organizer_admin import OrganizerAdmin
from chengyang.platform.staff.post_admin import InPost
from chengyang.platform.staff.post_admin import PostAdmin as StandardPostAdmin
from members.export_columns import about_person

from . import actions, permissions
from .models import Assessment, Base, Honour, Post


@admin.register(Base)
class BaseAdmin(OrganizerAdmin):
    section, order = Section.BASES, 10
    managed_subject = "base"
    list_display = ("name", "level", "subdistrict", "state", "opened_text", "is_published")
    list_filter = ("level", "subdistrict", "state")
    export_more = ("opened_on", "place", "address", "hours", "contact")
    search_fields = ("name", "place")
    own_buttons = (
        Button(
            "open",
            _("启用"),
            actions.open_base,
            lambda user, base: base.state == "preparing" and permissions.can_open_base(user, base),
            main=True,
            why=_("还在筹建，启用以后才能办活动、做评定。"),
        ),
        Button(
            "close",
            _("关闭"),
            actions.close_base,
            lambda user, base: base.state != "closed" and permissions.can_close_base(user, base),
            confirm=_("关闭这个基地？它的页面和办过的活动都会留着。"),
        ),
    )
    may_edit = staticmethod(permissions.can_edit_base)

    def detail_rows(self, base, user):
        latest = base.assessments.filter(state="passed").order_by("-assessed_on").first()
        until = dates.full_day(latest.expires_on) if latest and latest.expires_on else ""
        return [
            DetailRow(_("级别"), base.get_level_display()),
            DetailRow(_("街道"), base.subdistrict or "—"),
            DetailRow(_("状态"), base.get_state_display()),
            DetailRow(_("所在"), base.place),
            DetailRow(_("地址"), base.address),
            DetailRow(_("开放时间"), base.hours),
            DetailRow(_("启用"), dates.partial(base.opened_text) if base.opened_text else "—"),
            DetailRow(_("“六有”"), latest or _("未评定"), _("有效至 %(day)s") % {"day": until} if until else ""),
            *self.public_rows(base),
        ]

    def create(self, form, *, actor):
        return actions.create_base(actor=actor, **form.cleaned_data)

    def edit(self, base, form, *, actor):
        return actions.edit_base(base, actor=actor, **form.cleaned_data)


class BaseRelatedAdmin(ScopedAdmin):
    """A list of rows that belong to a base, for its manager and the staff responsible for it."""

    section = Section.BASES
    managed_subject, managed_prefix = "base", "base__"


@admin.register(Assessment)
class AssessmentAdmin(BaseRelatedAdmin, StandardAssessmentAdmin):
    order = 20
    search_fields = ("base__name",)
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("base")))


@admin.register(Honour)
class HonourAdmin(BaseRelatedAdmin):
    order = 30
    list_select_related = ("base",)
    list_display = ("title", "base", "level", "year")
    export_more = ("note",)
    list_filter = ("level",)
    search_fields = ("title", "base__name")
    fields = ("base", "title", "level", "year", "note")
    may_create = staticmethod(lambda user: permissions.can_honour(user, None))

    def create(self, form, *, actor):
        data = dict(form.cleaned_data)
        return actions.add_honour(data.pop("base"), actor=actor, **data)


@admin.register(Post)
class PostAdmin(BaseRelatedAdmin, StandardPostAdmin):
    order = 40
    list_filter = ("kind", "base", InPost)
    export_more = about_person("person")
    appoint, end_post = staticmethod(actions.appoint), staticmethod(actions.end_post)
    correct_post = staticmethod(actions.correct_post)
    may_end = staticmethod(lambda user, post: permissions.can_appoint(user, post.base))
