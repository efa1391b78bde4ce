"""The verbs that may stand in an audit entry, with the words that 我的数据 and the auditor's list show for them.

A verb is `<thing>.<what was done>`. An app of an upper floor registers further ones in its `providers.py`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

_SHAPE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")

_verbs: dict[str, Any] = {
    # signing in
    "session.started": _("登录"),
    "session.ended": _("退出登录"),
    "session.failed": _("登录失败"),
    "session.locked": _("因多次失败暂停登录"),
    "session.unlocked": _("解除登录暂停"),
    "phone.proved": _("验证手机号"),
    "phone.changed": _("更换手机号"),
    "password.changed": _("修改密码"),
    "password.reset": _("重置密码"),
    "second_factor.added": _("设置第二重验证"),
    "second_factor.removed": _("取消第二重验证"),
    "second_factor.failed": _("第二重验证失败"),
    # accounts and rights
    "user.created": _("建立账号"),
    "user.updated": _("修改账号"),
    "user.disabled": _("停用账号"),
    "user.enabled": _("启用账号"),
    "role.granted": _("授予角色"),
    "role.ended": _("收回角色"),
    "post.started": _("担任职务"),
    "post.ended": _("卸任职务"),
    "settings.changed": _("修改系统设置"),
    # personal data
    "person.read": _("查看完整个人信息"),
    "person.seen": _("查看个人资料页"),
    "person.created": _("登记人士"),
    "person.updated": _("修改个人信息"),
    "person.confirmed": _("本人确认登记"),
    "person.left": _("退出名册"),
    "person.erased": _("删除个人信息"),
    "consent.given": _("同意处理个人信息"),
    "consent.withdrawn": _("撤回同意"),
    "data.exported": _("导出个人信息副本"),
    "list.exported": _("导出名单"),
    "list.imported": _("导入名单"),
    "list.printed": _("打印名单"),
    "file.uploaded": _("上传文件"),
    "file.read": _("查看文件"),
    "file.deleted": _("删除文件"),
    "notice.sent": _("发送通知"),
    # the registry
    "application.started": _("开始填写入册申请"),
    "application.submitted": _("提交入册申请"),
    "application.read": _("查看入册申请"),
    "application.returned": _("退回入册申请"),
    "application.first_reviewed": _("初审入册申请"),
    "application.approved": _("通过入册申请"),
    "application.declined": _("不通过入册申请"),
    "application.withdrawn": _("撤回入册申请"),
    "representative.nominated": _("提名代表人士"),
    "representative.first_reviewed": _("初审代表人士"),
    "representative.named": _("确定代表人士"),
    "representative.declined": _("不确定为代表人士"),
    "representative.ended": _("代表人士任期结束"),
    # organizations and bases
    "organization.created": _("建立联谊组织"),
    "organization.updated": _("修改联谊组织"),
    "organization.founded": _("联谊组织成立"),
    "organization.closed": _("联谊组织终止"),
    "membership.applied": _("申请入会"),
    "membership.accepted": _("同意入会"),
    "membership.declined": _("不同意入会"),
    "membership.withdrawn": _("撤回入会申请"),
    "membership.left": _("退会"),
    "base.created": _("建立基地"),
    "base.updated": _("修改基地"),
    "base.opened": _("基地启用"),
    "base.closed": _("基地停用"),
    "honour.added": _("登记荣誉"),
    "standard.published": _("发布标准"),
    "assessment.started": _("开始评定"),
    "assessment.finished": _("完成评定"),
    # activities
    "activity.created": _("起草活动"),
    "activity.updated": _("修改活动"),
    "activity.submitted": _("提交活动"),
    "activity.returned": _("退回活动"),
    "activity.approved": _("批准活动"),
    "activity.published": _("发布活动"),
    "activity.cancelled": _("取消活动"),
    "activity.finished": _("活动结束"),
    "signup.created": _("报名"),
    "signup.confirmed": _("确认报名"),
    "signup.declined": _("不同意报名"),
    "signup.cancelled": _("取消报名"),
    "signup.offered": _("候补转正"),
    "signup.expired": _("候补逾期"),
    "signup.read": _("查看报名名单"),
    "signup.forgotten": _("清除访客报名的个人信息"),
    "checkin.created": _("签到"),
    "checkin.ended": _("签退"),
    "checkin.removed": _("撤销签到"),
    "service.recorded": _("登记服务时长"),
    "service.corrected": _("更正服务时长"),
    # services
    "team.created": _("建立服务队"),
    "team.updated": _("修改服务队"),
    "request.created": _("提出诉求"),
    "request.read": _("查看诉求"),
    "request.routed": _("分派诉求"),
    "request.answered": _("答复诉求"),
    "request.reopened": _("请再办诉求"),
    "request.closed": _("办结诉求"),
    "request.withdrawn": _("撤回诉求"),
    "request.rated": _("评价诉求办理"),
    "request.escalated": _("诉求逾期上报"),
    "outcome.reported": _("上报成果"),
    "outcome.checked": _("核实成果"),
    "outcome.declined": _("退回成果"),
    # the audit itself
    "audit.read": _("查看审计记录"),
    "audit.exported": _("导出审计记录"),
    "audit.purged": _("清理到期的审计记录"),
    "backup.made": _("备份数据"),
}
VERBS: Mapping[str, Any] = MappingProxyType(_verbs)


def register(verbs: Mapping[str, Any]) -> None:
    """Add verbs and their labels. Raises ValueError for one of another shape, or known with another label."""
    for verb, label in verbs.items():
        if not _SHAPE.fullmatch(verb):
            raise ValueError(f"{verb!r} is not of the form thing.what_was_done.")
        if str(_verbs.setdefault(verb, label)) != str(label):
            raise ValueError(f"The audit verb {verb!r} is already registered with another label.")
