"""Tasks of the worker for accounts; safe to run twice, and by two workers at once."""

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

from . import actions, sessions
from .locks import advisory_lock
from .models import Attempt, PhoneProof, User

RETENTION = dt.timedelta(days=1)  # of codes and counted attempts; the longest limit on them looks back one day
MAIL_EXPIRES = 300  # seconds; after that the person has probably asked again
logger = logging.getLogger(__name__)


@shared_task(name="accounts.run_periodic")
@transaction.atomic
def run_periodic() -> None:
    """Delete codes and counted attempts older than a day, expired sessions and old numbers; change numbers that are due."""
    advisory_lock("run_periodic")
    before = clock.now() - RETENTION
    PhoneProof.objects.filter(sent_at__lt=before).delete()
    Attempt.objects.filter(at__lt=before).delete()
    sessions.clear_expired()
    actions.apply_due_requests()
    actions.delete_former_numbers()


@shared_task(name="accounts.close_unneeded")
def close_unneeded() -> None:
    """Close accounts that nobody needs any more, and tell the owners of those that are next."""
    actions.close_unneeded()
    actions.announce_closings()


@shared_task(name="accounts.mail_password_reset")
def mail_password_reset(user_id: int) -> None:
    """Mail a link for setting a new password to the account `user_id`; do nothing for 0 or an unknown account.

    The link is created here and not by the caller, so that it is not in the message queue.
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
