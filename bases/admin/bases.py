"""Bases, their assessments, honours and posts on the staff site."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit.actions import subject_of
from chengyang.platform.files.models import File
from chengyang.platform.staff.admin import Button, ScopedAdmin
from chengyang.platform.staff.assessment_admin import OF_YEAR
from chengyang.platform.staff.assessment_admin import AssessmentAdmin as StandardAssessmentAdmin
from chengyang.platform.staff.assessment_admin import EvaluationAdmin as StandardEvaluationAdmin
from chengyang.platform.staff.links import page_url
from chengyang.platform.staff.organizer_admin import OrganizerAdmin
from chengyang.platform.staff.picture_admin import ShowsPictures
from chengyang.platform.staff.post_admin import InPost
from chengyang.platform.staff.post_admin import PostAdmin as StandardPostAdmin
from members.export_columns import about_person

from .. import actions, permissions
from ..forms import BaseForm, HonourForm
from ..models import Assessment, Base, Evaluation, Honour, Post


@admin.register(Base)
class BaseAdmin(ShowsPictures, OrganizerAdmin):
    section, order = Section.BASES, 10
    form = BaseForm
    managed_subject = "base"
    list_display = ("name", "level", "subdistrict", "state", "opened_text", "is_published")
    list_filter = ("level", "subdistrict", "state")
    export_more = ("opened_on", "place", "address", "hours", "operator", "brand", "contact")
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

    def get_urls(self):
        return [*self.picture_urls(), *super().get_urls()]

    def detail_rows(self, base, user):
        latest = base.assessments.filter(state="passed").order_by("-assessed_on").first()
        return [
            DetailRow(_("级别"), base.get_level_display()),
            DetailRow(_("街道"), base.subdistrict or "—"),
            DetailRow(_("状态"), base.get_state_display()),
            DetailRow(_("所在"), base.place),
            DetailRow(_("地址"), base.address, _("在地图上看") if base.map_url else "", url=base.map_url),
            DetailRow(_("开放时间"), base.hours or "—", _("节假日照常") if base.opens_on_holidays else ""),
            DetailRow(_("运营单位"), base.operator or "—"),
            DetailRow(_("品牌"), base.brand or "—"),
            DetailRow(_("启用"), dates.partial(base.opened_text) if base.opened_text else "—"),
            DetailRow(_("“六有”"), latest or _("未评定"), _lasts(latest)),
            *self.public_rows(base),
        ]

    def create(self, form, *, actor):
        return actions.create_base(actor=actor, **form.cleaned_data)

    def edit(self, base, form, *, actor):
        return actions.edit_base(base, actor=actor, **form.cleaned_data)


def _lasts(assessment):
    """Return until when `assessment` is valid, and that it ends soon or has ended (domain.md rule 4); "" without a day."""
    if assessment is None or assessment.expires_on is None:
        return ""
    until = _("有效至 %(day)s") % {"day": dates.full_day(assessment.expires_on)}
    words = {"amber": _("，快到期"), "red": _("，已到期")}
    return f"{until}{words.get(assessment.light(clock.today()), '')}"


class BaseRelatedAdmin(ScopedAdmin):
    """A list of rows that belong to a base, for its manager and the staff responsible for it."""

    section = Section.BASES
    managed_subject, managed_prefix = "base", "base__"


@admin.register(Assessment)
class AssessmentAdmin(BaseRelatedAdmin, StandardAssessmentAdmin):
    order = 20
    search_fields = ("base__name",)
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("base")))


@admin.register(Evaluation)
class EvaluationAdmin(BaseRelatedAdmin, StandardEvaluationAdmin):
    order = 25
    list_filter = ("state", OF_YEAR, "base")
    search_fields = ("base__name",)
    may_create = staticmethod(lambda user: access_scope(user).staff or bool(access_scope(user).managed("base")))


def certificate_rows(honour, user):
    """Return a row for each scan of the certificate of `honour` that `user` may open."""
    label, key = subject_of(honour)
    found = File.objects.visible_to(user).filter(attached_to=label, attached_id=key)
    return [DetailRow(_("证书"), file.name, url=file.get_absolute_url()) for file in found]


class Lapsing(admin.SimpleListFilter):
    """A filter by whether an honour lapses."""

    title, parameter_name = _("有效期"), "valid"

    def lookups(self, request, model_admin):
        return [("soon", _("60 天内到期")), ("over", _("已到期")), ("valid", _("有效"))]

    def queryset(self, request, queryset):
        today = clock.today()
        if self.value() == "soon":
            return queryset.lapsing(today, today + actions.REMIND_BEFORE)
        if self.value() == "over":
            return queryset.filter(valid_until__lt=today)
        return queryset.valid_on(today) if self.value() == "valid" else queryset


@admin.register(Honour)
class HonourAdmin(BaseRelatedAdmin):
    order = 30
    list_select_related = ("base",)
    list_display = ("title", "base", "level", "year", "valid_until")
    export_more = ("note", "awarded_by", "awarded_on", "number")
    list_filter = ("level", Lapsing)
    search_fields = ("title", "base__name", "awarded_by")
    form = HonourForm
    may_create = staticmethod(lambda user: permissions.can_honour(user, None))
    may_edit = staticmethod(permissions.can_honour)

    def get_fieldsets(self, request, obj=None):
        names = (*Honour.EDITABLE_FIELDS, "certificate")
        return [(None, {"fields": names if obj else ("base", *names)})]

    def detail_rows(self, honour, user):
        until = dates.full_day(honour.valid_until) if honour.valid_until else _("长期")
        return [
            DetailRow(_("基地"), honour.base, url=page_url(honour.base)),
            DetailRow(_("级别"), honour.get_level_display()),
            DetailRow(_("年份"), honour.year or "—"),
            DetailRow(_("授予单位"), honour.awarded_by or "—"),
            DetailRow(_("授予日期"), dates.full_day(honour.awarded_on) if honour.awarded_on else "—"),
            DetailRow(_("有效到"), until, _("已到期") if honour.has_lapsed() else ""),
            DetailRow(_("证书编号"), honour.number or "—"),
            DetailRow(_("说明"), honour.note or "—"),
            *certificate_rows(honour, user),
        ]

    def create(self, form, *, actor):
        data = dict(form.cleaned_data)
        return actions.add_honour(data.pop("base"), actor=actor, **data)

    def edit(self, honour, form, *, actor):
        data = dict(form.cleaned_data)
        certificate = data.pop("certificate", None)
        return actions.edit_honour(honour, data, actor=actor, certificate=certificate)


@admin.register(Post)
class PostAdmin(BaseRelatedAdmin, StandardPostAdmin):
    order = 40
    list_filter = ("kind", "base", InPost)
    export_more = about_person("person")
    appoint, end_post = staticmethod(actions.appoint), staticmethod(actions.end_post)
    correct_post = staticmethod(actions.correct_post)
    may_end = staticmethod(lambda user, post: permissions.can_appoint(user, post.base))
