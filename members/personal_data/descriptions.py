"""How the rows of a table read on 我的数据, where the model does not say it by itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Description:
    """A title, labels and values of one table; `born` is the field that says since when a row is there."""

    title: Any = ""
    labels: Mapping[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    show: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    born: str = ""


COMMON = {"public_id": _("编号"), "at": _("时间")}
_described: dict[str, Description] = {}


def describe(
    label: str,
    *,
    title: Any = "",
    labels: Mapping[str, Any] | None = None,
    hidden: Iterable[str] = (),
    show: Mapping[str, Callable[[Any], Any]] | None = None,
    born: str = "",
) -> None:
    """Say how the rows of the table `label` ("app.Model") read; `hidden` are fields that say nothing to a person."""
    _described[label] = Description(title, labels or {}, frozenset(hidden), show or {}, born)


def description(model: type[models.Model]) -> Description:
    """Return how the rows of `model` read."""
    return _described.get(model._meta.label, Description())


def title(model: type[models.Model]) -> str:
    """Return the heading for the rows of `model`."""
    return str(description(model).title or model._meta.verbose_name_plural)


def label(model: type[models.Model], name: str) -> str:
    """Return the word for the field `name`; a name that is no field stands for itself."""
    own = description(model).labels.get(name) or COMMON.get(name)
    if own:
        return str(own)
    known = {column.name: column for column in model._meta.concrete_fields}
    return str(known[name].verbose_name) if name in known else name


# ---- tables of packages and of the ground floor ------------------------------------------------------------------------
describe("accounts.User", hidden={"last_login", "must_change_password"}, born="date_joined")
describe(
    "account.EmailAddress",
    title=_("登录邮箱"),
    labels={"email": _("邮箱"), "verified": _("已验证"), "primary": _("主要")},
)
describe(
    "account.EmailConfirmation",
    title=_("邮箱确认"),
    labels={"created": _("建立时间"), "sent": _("发出时间")},
    hidden={"key", "email_address"},
)
describe(
    "mfa.Authenticator",
    title=_("第二重验证"),
    labels={"type": _("方式"), "created_at": _("设置时间"), "last_used_at": _("上次使用")},
    hidden={"data"},
    show={"type": lambda row: _("恢复码") if row.type == "recovery_codes" else _("验证器")},
    born="created_at",
)
describe(
    "usersessions.UserSession",
    title=_("登录着的设备"),
    labels={
        "ip": _("网络地址"),
        "user_agent": _("浏览器"),
        "created_at": _("登录时间"),
        "last_seen_at": _("最近一次"),
    },
    hidden={"session_key", "data"},
    born="created_at",
)
describe("accounts.FormerPassword", hidden={"password"}, born="at")
describe("notices.Delivery", hidden={"key", "notice", "tries", "claimed_at"}, born="due_at")
describe("notices.Notice", hidden={"kind", "url"}, born="at")
describe("privacy.Consent", hidden={"text_hash", "actor_public_id"}, born="at")
describe("files.File", hidden={"content", "content_type", "sha256", "attached_to", "attached_id"}, born="at")


def _findings(row):
    met = {True: _("达到"), False: _("未达到")}
    lines = (
        f"{criterion}：{met[bool(finding.get('met'))]}" + (f"（{finding['note']}）" if finding.get("note") else "")
        for criterion, finding in row.rows()
        if finding
    )
    return "；".join(lines)


describe("members.Assessment", show={"findings": _findings}, born="assessed_on")
describe("members.Application", hidden={"step"}, born="created_at")
describe("members.Person", born="registered_on")
describe("members.Representative", born="starts")
