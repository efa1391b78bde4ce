"""Sending and checking the codes that prove a phone number (requirements U22). No other module does either.

A code has six digits, is valid for five minutes and five tries, and is stored as a keyed hash. It is bound to the session
that asked for it. A number gets one code a minute and ten a day; an IP address gets sixty a minute, because everybody in
a hall shares one. Whether the number has an account makes no difference. Codes are not notices: they are sent to the
gateway at once.
"""

import datetime as dt
import logging
import secrets

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.lib.chinese.phones import is_demo_phone
from chengyang.lib.vault.fields import blind_index
from chengyang.lib.vault.sealing import mac
from chengyang.platform.audit import actions as audit
from chengyang.platform.notices import gateways

from .locks import advisory_lock
from .models import PhoneProof, User

LIFE = dt.timedelta(minutes=5)
SHOWN = dt.timedelta(minutes=30)  # how long the page of an expired code offers to send another one
TRIES = 5
PAUSE = dt.timedelta(seconds=60)  # between two codes to one number
DAY, PER_DAY = dt.timedelta(days=1), 10  # codes to one number
MINUTE, PER_MINUTE = dt.timedelta(minutes=1), 60  # codes asked for from one IP address

Purpose = PhoneProof.Purpose
logger = logging.getLogger(__name__)


# ---- sending --------------------------------------------------------------------------------------------------------
def send_code(phone: str, *, address: str | None, session_key: str, purpose: str = Purpose.SIGN_IN) -> PhoneProof:
    """Send a code to `phone` (E.164) and return its proof, which only the session `session_key` can complete.

    `address` is the client's IP address, or None if it is not known. Raises ActionError `too_soon` (within 60 s of the last
    code to this number), `too_many` (ten a day), `busy` (sixty a minute from this address), `demo_number` (in production)
    and `undelivered` (the gateway refused; the code does not count). Raises RuntimeError inside a transaction: a code that
    was sent cannot be rolled back.  (requirements U22)
    """
    if settings.PRODUCTION and is_demo_phone(phone):
        raise ActionError(_("这个号段没有启用，请换一个手机号。"), code="demo_number", field="phone")
    code = f"{secrets.randbelow(1_000_000):06}"
    proof = _issue(phone, code, address=address, session_key=session_key, purpose=purpose)
    try:
        variables = _variables(proof, code)
        text = _("【%(site)s】验证码 %(code)s，用于%(purpose)s，%(minutes)s 分钟内有效。请不要告诉任何人。") % variables
        gateways.sms().send(
            phone, text, template=gateways.CODE_TEMPLATE, variables=variables, key=proof.public_id, code=code
        )
    except (gateways.Refused, gateways.NotSent) as error:
        proof.delete()
        raise ActionError(_("短信没有发出，请过一会儿再试。"), code="undelivered", field="phone") from error
    except Exception as error:  # the message may have been sent, so the code still counts
        logger.error("code %s: %s", proof.public_id, type(error).__name__)
    return proof


@transaction.atomic(durable=True)
def _issue(phone, code, *, address, session_key, purpose):
    # Concurrent requests for one number or from one address wait here, so that the counts below are right.
    advisory_lock(f"phone/{blind_index('phone', phone)}", f"address/{address}")
    _check_number(phone)
    _check_address(address)
    proof = PhoneProof(phone=phone, address=address, purpose=purpose, session_hash=_session_hash(session_key))
    proof.code_hash = _code_hash(proof, code)
    proof.save(force_insert=True)
    return proof


def _check_number(phone):
    sent = PhoneProof.objects.filter(phone_index=blind_index("phone", phone), sent_at__gt=clock.now() - DAY)
    newest = sent.order_by("-sent_at").first()
    if newest and (rest := wait(newest)):
        raise ActionError(_("刚发过验证码，请 %(n)s 秒后再要。") % {"n": rest}, code="too_soon", field="phone")
    if sent.count() >= PER_DAY:
        raise ActionError(_("这个号码今天要的验证码太多了，请明天再试。"), code="too_many", field="phone")


def _check_address(address):
    recent = PhoneProof.objects.filter(address=address, sent_at__gt=clock.now() - MINUTE)
    if address and recent.count() >= PER_MINUTE:
        raise ActionError(_("这个网络里要验证码的人太多，请过一分钟再试。"), code="busy", field="phone")


def _variables(proof, code):
    minutes = str(LIFE // dt.timedelta(minutes=1))
    return {
        "site": settings.SITE["name"],
        "code": code,
        "purpose": str(Purpose(proof.purpose).label),
        "minutes": minutes,
    }


def wait(proof: PhoneProof) -> int:
    """Return the seconds until another code may be sent to the number of `proof`; 0 if it may be sent now."""
    return max(0, -((clock.now() - proof.sent_at - PAUSE) // dt.timedelta(seconds=1)))


# ---- checking -------------------------------------------------------------------------------------------------------
def find(public_id: str, *, session_key: str | None) -> PhoneProof | None:
    """Return the unused proof `public_id` of this session, or None; it is at most half an hour old and may have expired."""
    own = PhoneProof.objects.filter(session_hash=_session_hash(session_key or ""), used_at__isnull=True)
    return own.filter(public_id=public_id, sent_at__gt=clock.now() - SHOWN).first()


def takes_code(proof: PhoneProof) -> bool:
    """Return whether the code of `proof` is still valid: not used, not expired and with tries left."""
    return _closed(proof) is None


def check_code(public_id: str, code: str, *, session_key: str | None, actor: object) -> PhoneProof:
    """Mark the proof `public_id` as used and return it, if `code` is the one that was sent.

    Every call counts as a try, under the lock of the row: concurrent guesses cannot exceed five. Raises ActionError
    `expired` (too old, used, of another session or unknown, without a difference), `used_up` (five tries) and `wrong`.
    Raises RuntimeError inside a transaction, whose rollback would take the try back.  (requirements U22)
    """
    proof, refusal = _try(public_id, code, session_key or "", actor)
    if refusal:
        raise refusal
    return proof


@transaction.atomic(durable=True)
def _try(public_id, code, session_key, actor):
    # Returns the refusal instead of raising it: an exception would roll the counted try back.
    own = PhoneProof.objects.select_for_update().filter(session_hash=_session_hash(session_key))
    proof = own.filter(public_id=public_id).first()
    if refusal := _closed(proof):
        return proof, refusal
    proof.tries += 1
    is_right = constant_time_compare(proof.code_hash, _code_hash(proof, code))
    proof.used_at = clock.now() if is_right else None
    proof.save(update_fields=["tries", "used_at"])
    _record(proof, is_right, actor)
    return proof, None if is_right else _wrong(proof)


def _record(proof, is_right, actor):
    owner = User.objects.by_phone(proof.phone).first()
    if is_right:
        audit.record("phone.proved", proof, actor=actor, user=owner, reason=proof.purpose)
    else:
        audit.record("session.failed", proof, actor=actor, user=owner, reason="code", result="failed")


def _closed(proof):
    """Return the ActionError for a proof that accepts no code any more, or None while it accepts one."""
    if proof is None or proof.used_at or clock.now() >= proof.sent_at + LIFE:
        return ActionError(_("验证码过期了，请重新要一个。"), code="expired", field="code")
    if proof.tries >= TRIES:
        return ActionError(_("试的次数太多，这个验证码作废了，请重新要一个。"), code="used_up", field="code")
    return None


def _wrong(proof):
    left = TRIES - proof.tries
    if not left:
        return _closed(proof)
    text = ngettext("验证码不对，还可以试 %(n)s 次。", "验证码不对，还可以试 %(n)s 次。", left) % {"n": left}
    return ActionError(text, code="wrong", field="code")


def _code_hash(proof, code):
    return mac("phone-code", f"{proof.public_id}:{code}".encode())


def _session_hash(session_key):
    return mac("phone-code-session", session_key.encode())
