"""To-do kinds of accounts: people who want their account back, and changes of staff accounts that need a second person."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.lib.chinese.phones import mask_phone

from . import actions, permissions
from .access import access_scope
from .models import NumberRequest, StaffChange


class CheckIdentity(TodoKind):
    """找回账号: staff see the person and their identity card before the account gets another number."""

    code, label, section, model = "number-request", gettext_lazy("当面核对身份"), Section.PEOPLE, NumberRequest
    related = ("user__person__subdistrict",)
    reason_words = (gettext_lazy("理由"), gettext_lazy("不换必填，本人会看到原文"))
    quick_reasons = (
        gettext_lazy("本人没有来窗口核对。"),
        gettext_lazy("身份证上的姓名和登记的不一致。"),
    )
    options_open = (
        DecisionOption("check", gettext_lazy("当面看过身份证，是本人"), done=gettext_lazy("已核对，72 小时后生效。")),
        DecisionOption("refuse", gettext_lazy("不是本人，不换"), needs_reason=True),
    )

    def waiting(self, user):
        return NumberRequest.objects.within(access_scope(user)).waiting().exclude(user=user)

    def viewable_by(self, user):
        return (
            NumberRequest.objects.within(access_scope(user))
            if access_scope(user).staff
            else NumberRequest.objects.none()
        )

    def title(self, row):
        return str(row.user.person)

    def detail(self, row):
        return f"{row.user.person.subdistrict.short_name}，{row.get_state_display()}"

    def since(self, row):
        return row.at

    def detail_rows(self, row, user):
        rows = [
            DetailRow(_("姓名"), row.user.person.name, url=row.user.person.get_absolute_url()),
            DetailRow(_("单位"), row.user.person.unit),
            DetailRow(_("现在登记的号码"), mask_phone(row.user.phone) or _("已去掉")),
            DetailRow(_("要换成的号码"), mask_phone(row.phone), _("已用验证码确认")),
            DetailRow(_("状态"), row.get_state_display()),
        ]
        if row.effective_at:
            rows.append(DetailRow(_("生效"), dates.stamp(localtime(row.effective_at)), _("此前原来的号码可以叫停")))
        return rows

    def history(self, row):
        asked = HistoryEntry(_("提出申请"), row.at, _("自称本人，还没有核对"))
        if not row.decided_at:
            return [asked]
        return [HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by or "", row.reason), asked]

    def options(self, row, user):
        open_now = row.state == NumberRequest.State.SUBMITTED and permissions.can_decide_number_request(user, row)
        return self.options_open if open_now else ()

    def decide(self, row, option, reason, *, actor):
        if option == "refuse":
            return actions.refuse_number_request(row, actor=actor, reason=reason)
        return actions.check_number_request(row, actor=actor)


class AgreeToStaffChange(TodoKind):
    """账号变更: a second administrator agrees to what another one asked for (requirements S08)."""

    code, label, section, model = "staff-change", gettext_lazy("账号变更"), Section.SECURITY, StaffChange
    related = ("user", "subdistrict")
    options_open = (
        DecisionOption("agree", gettext_lazy("同意，立即生效"), done=gettext_lazy("已生效。")),
        DecisionOption("refuse", gettext_lazy("不同意"), needs_reason=True),
    )
    reason_words = (gettext_lazy("理由"), gettext_lazy("不同意时必填，提出人会看到原文"))

    def waiting(self, user):
        return StaffChange.objects.visible_to(user).waiting().exclude(asked_by=user).exclude(user=user)

    def awaited_by(self, user):
        return StaffChange.objects.visible_to(user).waiting().filter(asked_by=user)

    def is_open(self, row):
        return row.decided_at is None

    def detail(self, row):
        return self._role(row)

    def since(self, row):
        return row.asked_at

    def _role(self, row):
        if not row.role:
            return ""
        return f"{row.get_role_display()}{f'（{row.subdistrict}）' if row.subdistrict_id else ''}"

    def detail_rows(self, row, user):
        rows = [
            DetailRow(_("账号"), f"{row.user}，{row.user.email or mask_phone(row.user.phone)}"),
            DetailRow(_("账号编号"), row.user.public_id),
            DetailRow(_("事项"), row.get_kind_display()),
        ]
        if row.role:
            rows += [DetailRow(_("角色"), self._role(row)), DetailRow(_("日期"), dates.days(row.starts, row.ends))]
        return [*rows, DetailRow(_("提出人"), row.asked_by), DetailRow(_("状态"), row.get_state_display())]

    def history(self, row):
        asked = HistoryEntry(_("提出"), row.asked_at, row.asked_by)
        if not row.decided_at:
            return [asked]
        return [HistoryEntry(row.get_state_display(), row.decided_at, row.decided_by, row.reason), asked]

    def options(self, row, user):
        open_now = row.state == StaffChange.State.WAITING and permissions.can_decide_staff_change(user, row)
        return self.options_open if open_now else ()

    def decide(self, row, option, reason, *, actor):
        if option == "refuse":
            return actions.refuse_change(row, actor=actor, reason=reason)
        return actions.agree_to_change(row, actor=actor)
