"""Accounts and roles on the staff site: 系统管理员 manages accounts, 安全管理员 grants roles (requirements S08)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.extensions import DetailRow, Section
from chengyang.lib.chinese import dates
from chengyang.lib.chinese.phones import mask_phone
from chengyang.platform.accounts import actions, login_throttle, passwords, second_factor
from chengyang.platform.accounts import permissions as may
from chengyang.platform.accounts.models import Role, StaffChange, User
from chengyang.platform.accounts.todos import AgreeToStaffChange
from chengyang.platform.web.forms import ModelForm, NameField, PhoneField

from .admin import Button, ScopedAdmin


class OfficerForm(ModelForm):
    """The form that creates an account for an officer."""

    email = forms.EmailField(label=gettext_lazy("邮箱"), max_length=254, help_text=gettext_lazy("用它登录"))
    name = NameField()
    phone = PhoneField(required=False, help_text=gettext_lazy("也可以用手机验证码登录"))

    class Meta:
        model = User
        fields = ("email", "name", "phone")

    def clean_email(self) -> str:
        """Refuse an address that is taken. The constraint would do the same, but its error stands above the form, not at the field."""
        if User.objects.by_email(self.cleaned_data["email"]).exists():
            raise ValidationError(_("这个邮箱已经有账号了。"), code="email_taken")
        return self.cleaned_data["email"]


class HasRole(admin.SimpleListFilter):
    """A filter by the role that an account has today."""

    title, parameter_name = gettext_lazy("身份"), "kind"

    def lookups(self, request, model_admin):
        return [*Role.Kind.choices, ("none", _("没有角色"))]

    def queryset(self, request, queryset):
        roles = Role.objects.on(clock.today()).filter(user=OuterRef("pk"))
        if self.value() == "none":
            return queryset.filter(~Exists(roles))
        return queryset.filter(Exists(roles.filter(kind=self.value()))) if self.value() else queryset


def _ask_for(kind):
    """Return the action of a button that asks for the change `kind`, which a second administrator decides."""

    def ask(user, *, actor):
        return actions.ask_for_change(user, kind, actor=actor)

    return ask


ASKED = gettext_lazy("已提出，等第二位管理员在“今日待办”里同意后生效。")


def _can_disable(actor, user):
    return user.is_active and may.can_disable_user(actor, user)


def _can_enable(actor, user):
    return not user.is_active and may.can_disable_user(actor, user)


def _can_unlock(actor, user):
    return login_throttle.is_locked(user.email or "") and may.can_unlock_account(actor, user)


def _can_remove_second_factor(actor, user):
    return second_factor.has(user) and may.can_remove_second_factor(actor, user)


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """The list of accounts; phone numbers are masked."""

    section, order = Section.SECURITY, 20
    form = OfficerForm
    fields = ("email", "name", "phone")
    list_display = ("__str__", "email", "masked_phone", "roles_today", "is_active", "last_login")
    list_filter = (HasRole, "is_active")
    export_concerns = staticmethod(lambda user: user)
    search_fields = ("name", "email", "phone_last4")
    search_help_text = gettext_lazy("称呼、邮箱或手机后四位")
    ordering = ("-date_joined", "-id")
    may_create = staticmethod(may.can_create_officer)
    buttons = (
        Button(
            "reset_password",
            gettext_lazy("重置密码"),
            _ask_for(StaffChange.Kind.RESET_PASSWORD),
            may.can_reset_password,
            confirm=gettext_lazy("请第二位管理员同意给这个账号换一次性密码？密码只发给本人，它的登录会全部结束。"),
            done=ASKED,
        ),
        Button(
            "disable",
            gettext_lazy("停用"),
            actions.disable_user,
            _can_disable,
            confirm=gettext_lazy("停用这个账号？它会马上退出登录，可以再启用。"),
            done=gettext_lazy("已停用。"),
        ),
        Button(
            "enable",
            gettext_lazy("启用"),
            actions.enable_user,
            _can_enable,
            done=gettext_lazy("已启用。"),
        ),
        Button(
            "unlock",
            gettext_lazy("解除登录暂停"),
            actions.unlock_account,
            _can_unlock,
            done=gettext_lazy("可以登录了。"),
            main=True,
        ),
        Button(
            "remove_second_factor",
            gettext_lazy("取消两步验证"),
            _ask_for(StaffChange.Kind.REMOVE_FACTOR),
            _can_remove_second_factor,
            confirm=gettext_lazy(
                "请第二位管理员同意取消这个账号的两步验证？请先确认是本人丢了手机，它的登录会全部结束。"
            ),
            done=ASKED,
        ),
    )

    def is_for(self, scope):
        return scope.administrator in ("system", "security")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("roles__subdistrict")

    @admin.display(description=gettext_lazy("手机"))
    def masked_phone(self, user):
        return mask_phone(user.phone) or "—"

    @admin.display(description=gettext_lazy("角色"))
    def roles_today(self, user):
        return "、".join(str(role) for role in user.roles.all() if role.holds(clock.today())) or "—"

    def detail_rows(self, user, actor):
        locked = _("失败次数太多，暂停中") if login_throttle.is_locked(user.email or "") else _("正常")
        return [
            DetailRow(_("称呼"), user.name or "—"),
            DetailRow(_("邮箱"), user.email or "—"),
            DetailRow(_("手机"), self.masked_phone(user)),
            DetailRow(_("角色"), "\n".join(_role_line(role) for role in user.roles.all()) or "—"),
            DetailRow(_("登录"), locked if user.is_active else _("已停用")),
            DetailRow(_("最近登录"), dates.stamp(localtime(user.last_login)) if user.last_login else "—"),
            DetailRow(_("密码"), _password_line(user)),
            DetailRow(_("两步验证"), _("已开启") if second_factor.has(user) else _("没有")),
            DetailRow(_("建立"), dates.full_day(localtime(user.date_joined))),
        ]

    def create(self, form, *, actor):
        return actions.create_officer(actor=actor, **form.cleaned_data)

    def response_add(self, request, obj, post_url_continue=None):
        messages.info(request, _("一次性密码已发到对方自己的手机或邮箱，登录后须马上修改。"))
        return super().response_add(request, obj, post_url_continue)


def _role_line(role):
    ends = dates.full_day(role.ends) if role.ends else _("未定")
    return _("%(role)s，%(starts)s 至 %(ends)s") % {
        "role": role,
        "starts": dates.full_day(role.starts),
        "ends": ends,
    }


def _password_line(user):
    day = passwords.set_on(user)
    if not day or not user.has_usable_password():
        return "—"
    return _("一次性，还没有修改") if user.must_change_password else dates.full_day(day)


def _can_create_role(actor):
    return may.can_grant_role(actor, User())  # an account without roles: whether `actor` may grant any role at all


def _can_end(actor, role):
    return role.is_open(clock.today()) and may.can_end_role(actor, role)


@admin.register(Role)
class RoleAdmin(ScopedAdmin):
    """The roles of officers, each with its first and last day."""

    section, order = Section.SECURITY, 30
    fields = ("user", "kind", "subdistrict", "starts", "ends")
    autocomplete_fields = ("user",)
    list_display = ("user", "number", "kind", "subdistrict", "starts", "ends")
    export_concerns = staticmethod(lambda role: role.user)
    list_filter = ("kind", "subdistrict")
    list_select_related = ("user", "subdistrict")
    search_fields = ("user__name", "user__email")
    ordering = ("-starts", "-id")
    may_create = staticmethod(_can_create_role)
    buttons = (
        Button(
            "end",
            gettext_lazy("收回"),
            actions.end_role,
            _can_end,
            confirm=gettext_lazy("今天起收回这个角色？"),
            done=gettext_lazy("已收回。"),
        ),
    )

    def is_for(self, scope):
        return scope.administrator in ("system", "security", "audit")

    @admin.display(description=gettext_lazy("账号编号"), ordering="user__public_id")
    def number(self, role):
        """Return the id by which the audit names the account."""
        return role.user.public_id

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()[:60]
        found = queryset.filter(Q(user__name__icontains=term) | Q(user__email__icontains=term)) if term else queryset
        return found, False

    def create(self, form, *, actor):
        typed = form.cleaned_data
        return actions.ask_for_change(
            typed["user"],
            StaffChange.Kind.GRANT_ROLE,
            actor=actor,
            role=typed["kind"],
            subdistrict=typed["subdistrict"],
            starts=typed["starts"],
            ends=typed["ends"],
        )

    def response_add(self, request, obj, post_url_continue=None):
        """Go back to the list: the role exists when a second administrator has agreed."""
        messages.success(request, ASKED)
        return HttpResponseRedirect(reverse("admin:accounts_role_changelist"))


@admin.register(StaffChange)
class StaffChangeAdmin(ScopedAdmin):
    """What administrators asked for, and who agreed or refused; decided in 今日待办."""

    section, order = Section.SECURITY, 35
    list_display = ("user", "kind", "role", "state", "asked_by", "asked_at", "decided_by")
    export_concerns = staticmethod(lambda change: change.user)
    list_filter = ("kind", "state")
    list_select_related = ("user", "asked_by", "decided_by", "subdistrict")
    ordering = ("-asked_at", "-id")
    may_create = staticmethod(lambda user: False)

    def is_for(self, scope):
        return bool(scope.administrator)

    def detail_rows(self, change, actor):
        return AgreeToStaffChange().detail_rows(change, actor)
