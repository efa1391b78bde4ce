"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DeadlineRows, PeriodicTask, TableDescription, extend
from chengyang.platform.web import content

from . import sessions, todos
from .models import NumberRequest, StaffChange

FACTORS = {"recovery_codes": _("恢复码"), "totp": _("验证器"), "webauthn": _("通行密钥")}

extend(
    "accounts",
    todos=[todos.CheckIdentity(), todos.AgreeToStaffChange()],
    schedule={
        "accounts": PeriodicTask("accounts.run_periodic", 3600.0),
        "accounts-close": PeriodicTask("accounts.close_unneeded", crontab(hour=2, minute=20)),
    },
    deadlines=[
        DeadlineRows(lambda: NumberRequest.objects.filter(state=NumberRequest.State.SUBMITTED)),
        DeadlineRows(lambda: StaffChange.objects.filter(state=StaffChange.State.WAITING)),
    ],
    own_data_order=60,
    own_data=[
        TableDescription(
            "accounts.User",
            hidden={"last_login", "must_change_password", "surname_failures", "closing_notified_at", "closed_at"},
            technical={"is_active", "password_set_at"},
            created_field="date_joined",
        ),
        TableDescription(
            "accounts.PhoneProof",
            title=_("发到你手机的验证码"),
            labels={
                "purpose": _("用来做什么"),
                "sent_at": _("发出"),
                "used_at": _("用掉"),
                "address": _("从哪里要的（网络地址）"),
                "tries": _("输错次数"),
            },
            technical={"address", "tries"},
            row_title=lambda row: row.get_purpose_display(),
            created_field="sent_at",
        ),
        TableDescription("accounts.StaffChange", created_field="asked_at"),
        TableDescription("accounts.FormerNumber", hidden={"number_index"}, created_field="at"),
        TableDescription("accounts.NumberRequest", created_field="at"),
        TableDescription("accounts.FormerPassword", hidden={"password"}, created_field="at"),
        # Tables of allauth.
        TableDescription(
            "account.EmailAddress",
            title=_("登录邮箱"),
            labels={"email": _("邮箱"), "verified": _("已验证"), "primary": _("主要")},
        ),
        TableDescription(
            "account.EmailConfirmation",
            title=_("邮箱确认"),
            labels={"created": _("建立时间"), "sent": _("发出时间")},
            hidden={"key", "email_address"},
        ),
        TableDescription(
            "mfa.Authenticator",
            title=_("第二重验证"),
            labels={"type": _("方式"), "created_at": _("设置时间"), "last_used_at": _("上次使用")},
            hidden={"data"},
            show={"type": lambda row: FACTORS.get(row.type, row.type)},
            created_field="created_at",
        ),
        TableDescription(
            "usersessions.UserSession",
            title=_("登录着的设备"),
            labels={
                "ip": _("网络地址"),
                "user_agent": _("浏览器"),
                "created_at": _("登录时间"),
                "last_seen_at": _("最近一次"),
            },
            hidden={"session_key", "data"},
            technical={"ip"},
            row_title=lambda row: sessions.device(row.user_agent),
            show={"user_agent": lambda row: sessions.device(row.user_agent)},
            created_field="created_at",
        ),
    ],
    content={
        **dict.fromkeys(
            (
                "session.started",
                "session.ended",
                "session.failed",
                "session.locked",
                "session.unlocked",
                "phone.proved",
                "password.changed",
                "password.reset",
                "second_factor.added",
                "second_factor.removed",
                "second_factor.failed",
                "passkey.added",
                "passkey.removed",
            ),
            content.nothing,
        ),
        # The panels of one's own page show what belongs to the number.
        **dict.fromkeys(("phone.changed", "phone.restored", "phone.freed", "phone.released"), content.unpublished),
        **dict.fromkeys(
            (
                "number_request.submitted",
                "number_request.checked",
                "number_request.refused",
                "number_request.stopped",
                "number_request.done",
                "user.created",
                "staff_change.asked",
                "staff_change.agreed",
                "staff_change.refused",
            ),
            content.unpublished,
        ),
    },
    audit_verbs={
        "session.started": _("登录"),
        "session.ended": _("退出登录"),
        "session.failed": _("登录失败"),
        "session.locked": _("因多次失败暂停登录"),
        "session.unlocked": _("解除登录暂停"),
        "phone.proved": _("验证手机号"),
        "phone.changed": _("更换手机号"),
        "phone.restored": _("撤销更换手机号"),
        "phone.freed": _("号码换了主人"),
        "phone.released": _("用过的号码另开账号"),
        "number_request.submitted": _("申请找回账号"),
        "number_request.checked": _("当面核对身份"),
        "number_request.refused": _("不同意找回账号"),
        "number_request.stopped": _("叫停找回账号"),
        "number_request.done": _("找回账号"),
        "password.changed": _("修改密码"),
        "password.reset": _("重置密码"),
        "second_factor.added": _("设置第二重验证"),
        "second_factor.removed": _("取消第二重验证"),
        "second_factor.failed": _("第二重验证失败"),
        "passkey.added": _("添加通行密钥"),
        "passkey.removed": _("删除通行密钥"),
        "user.created": _("建立账号"),
        "user.disabled": _("停用账号"),
        "user.enabled": _("启用账号"),
        "user.closed": _("注销账号"),
        "role.granted": _("授予角色"),
        "role.ended": _("收回角色"),
        "staff_change.asked": _("提出账号变更"),
        "staff_change.agreed": _("同意账号变更"),
        "staff_change.refused": _("不同意账号变更"),
        "post.started": _("担任职务"),
        "post.ended": _("卸任职务"),
        "post.corrected": _("更正任职日期"),
    },
)
