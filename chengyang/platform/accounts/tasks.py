"""What the worker does for accounts; safe to run twice, and by two workers."""

import datetime as dt
import logging

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from chengyang import clock
from chengyang.lib.vault.public_ids import new_public_id
from chengyang.platform.notices import gateways
from chengyang.platform.notices.delivery import site_url

from . import sessions
from .locks import advisory_lock
from .models import Attempt, PhoneProof, User

KEPT = dt.timedelta(days=1)  # codes and failed sign-ins: longer than any limit looks back
MAIL_EXPIRES = 300  # seconds; who still waits then asks again
logger = logging.getLogger(__name__)


@shared_task(name="accounts.run_periodic")
@transaction.atomic
def run_periodic() -> None:
    """Delete codes and failed sign-ins older than a day, and sessions that are over."""
    advisory_lock("tick")
    before = clock.now() - KEPT
    PhoneProof.objects.filter(sent_at__lt=before).delete()
    Attempt.objects.filter(at__lt=before).delete()
    sessions.clear_expired()


@shared_task(name="accounts.mail_password_reset")
def mail_password_reset(user_id: int) -> None:
    """Mail the link with which `user_id` sets another password; 0 or an unknown account sends nothing.

    The link is made here, so that no message on its way to the worker holds it.
    """
    user = User.objects.filter(pk=user_id, is_active=True).exclude(email=None).first()
    if user is None:
        return
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token})
    text = render_to_string("accounts/mail/password_reset.txt", {"url": site_url(path), "site": settings.SITE})
    subject, _, body = text.strip().partition("\n")
    try:
        gateways.mail().send(user.email, body.strip(), kind="password_reset", key=new_public_id(), subject=subject)
    except (gateways.Refused, gateways.NotSent) as error:
        logger.error("a mail to set a password was not sent: %s", error)
