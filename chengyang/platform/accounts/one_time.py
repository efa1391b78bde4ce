"""Sending a one-time password to the account's own phone, or mail: no administrator sees it (requirements S08)."""

import logging
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from chengyang.lib.vault.public_ids import new_public_id
from chengyang.platform.notices import gateways

TEMPLATE = "one_time_password"  # for the SMS provider
logger = logging.getLogger(__name__)


def send(user: Any, password: str) -> None:
    """Send `password` to `user`; call it after the commit. An error is logged: a new reset sends another one."""
    variables = {"site": settings.SITE["name"], "password": password}
    text = _("【%(site)s】一次性密码 %(password)s，登录后须马上修改。请不要告诉任何人，管理员也不会问。") % variables
    for way in (_by_phone, _by_mail):
        try:
            if way(user, text, variables):
                return
        except (gateways.Refused, gateways.NotSent) as error:
            logger.error("a one-time password was not sent %s: %s", way.__name__.strip("_"), error)


def _by_phone(user, text, variables):
    if not user.phone:
        return False
    gateways.sms().send(user.phone, text, template=TEMPLATE, variables=variables, key=new_public_id())
    return True


def _by_mail(user, text, variables):
    if not user.email:
        return False
    gateways.mail().send(user.email, text, kind=TEMPLATE, key=new_public_id(), subject=_("一次性密码"))
    return True
