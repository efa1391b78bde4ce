"""To-do kinds of accounts: people who want their account back, and changes of staff accounts that need a second person."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import DecisionOption, DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.lib.chinese.phones import mask_phone

from . import actions, permissions
from .access import access_scope
from .models import NumberRequest


class CheckIdentity(TodoKind):
    """找回账号: staff see the person and their identity card before the account gets another number."""

    code, label, section, model = "number-request", gettext_lazy("当面核对身份"), Section.PEOPLE, NumberRequest
    related = ("user__person__subdistrict",)
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
        asked = HistoryEntry(_("提出申请"), row.at, row.user)
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
