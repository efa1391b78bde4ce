"""Receivers of the signals of Django and allauth about sign-ins, which write audit entries (requirements S11)."""

from allauth.account.signals import user_logged_in as signed_in_by_page
from allauth.mfa import signals as mfa
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.platform.audit import actions as audit
from chengyang.platform.notices.actions import notify

from . import actions, alarms, sessions
from .access import access_scope


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def signed_in(sender, request, user, **more):
    sessions.start(request.session)
    actions.keep_account(user)
    with transaction.atomic():
        audit.record("session.started", user, actor=user)


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def signed_out(sender, request, user, **more):
    if user is None:
        return
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    with transaction.atomic():
        audit.record("session.ended", user, actor=user)


@receiver(signed_in_by_page, dispatch_uid="accounts.warn_of_others")
def warn_of_others(sender, request, user, **more):
    """Warn an officer whose account has other open sessions (requirements S04)."""
    if access_scope(user).officer and (others := sessions.others(user, request.session.session_key).count()):
        device = sessions.device(request.headers.get("User-Agent", ""))
        notify(user, "accounts/signed_in_again", at=clock.now(), device=device)
        text = _("这个账号还在另外 %(n)s 处登录着。如果不是你，请到“登录与安全”里结束它们。") % {"n": others}
        messages.warning(request, text)


@receiver(signed_in_by_page, dispatch_uid="accounts.alarm_at_night")
@transaction.atomic
def alarm_at_night(sender, request, user, **more):
    """Tell the security administrators of an officer who signs in at night, once a day (requirements S20)."""
    hour = localtime(clock.now()).hour
    if access_scope(user).officer and not alarms.DAYTIME[0] <= hour < alarms.DAYTIME[1]:
        alarms.raise_once(f"night/{user.pk}", "accounts/alarm_night", user=user, at=clock.now())


@receiver(mfa.authenticator_added, dispatch_uid="accounts.factor_added")
def factor_added(sender, user, authenticator, **more):
    if authenticator.type == authenticator.Type.TOTP:
        _factor_changed("second_factor.added", user, "accounts/second_factor_added")


@receiver(mfa.authenticator_removed, dispatch_uid="accounts.factor_removed")
def factor_removed(sender, user, authenticator, **more):
    if authenticator.type == authenticator.Type.TOTP:
        _factor_changed("second_factor.removed", user, "accounts/second_factor_removed")


@transaction.atomic
def _factor_changed(verb, user, notice):
    audit.record(verb, user, actor=user)
    notify(user, notice, at=clock.now())


@receiver(mfa.authentication_failed, dispatch_uid="accounts.factor_failed")
def factor_failed(sender, request, user, **more):
    with transaction.atomic():
        audit.record("second_factor.failed", user, actor=request.user, result="failed")
