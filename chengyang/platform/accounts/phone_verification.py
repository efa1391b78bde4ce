"""Codes that prove a phone: the only place that sends and checks them (requirements U22).

Six digits that live five minutes and bear five tries, once a minute and ten times a day for a number, sixty a minute
for an address (a hall shares one). A code is kept as a keyed hash and bound to the session that asked for it. Whether
a number has an account changes nothing here. Codes are not notices: they go straight to the gateway.
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
SHOWN = dt.timedelta(minutes=30)  # how long the page keeps asking for the code, to offer another one
TRIES = 5
PAUSE = dt.timedelta(seconds=60)  # between two codes to one number
DAY, PER_DAY = dt.timedelta(days=1), 10  # codes to one number
MINUTE, PER_MINUTE = dt.timedelta(minutes=1), 60  # codes asked for from one address

Purpose = PhoneProof.Purpose
logger = logging.getLogger(__name__)


# ---- sending --------------------------------------------------------------------------------------------------------
def send_code(phone: str, *, address: str | None, session_key: str, purpose: str = Purpose.SIGN_IN) -> PhoneProof:
    """Send a code to `phone` (E.164) and return its proof, which only the session `session_key` can complete.

    `address` is the client's, or None where it is not known. Raises ActionError `too_soon` (within 60 s of the last code
    to this number), `too_many` (ten a day), `busy` (sixty a minute from this address), `demo_number` (in production) and
    `undelivered` (the gateway refused; nothing is counted). Raises RuntimeError inside a transaction: a code that was
    sent cannot be rolled back.  (requirements U22)
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
    except Exception as error:  # it may have gone out; the page offers another one in a minute
        logger.error("code %s: %s", proof.public_id, type(error).__name__)
    return proof


@transaction.atomic(durable=True)
def _issue(phone, code, *, address, session_key, purpose):
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
    """Return how many seconds have to pass until another code may go to the number of `proof`; 0 when it may now."""
    return max(0, -((clock.now() - proof.sent_at - PAUSE) // dt.timedelta(seconds=1)))


# ---- checking -------------------------------------------------------------------------------------------------------
def find(public_id: str, *, session_key: str | None) -> PhoneProof | None:
    """Return the proof of this session that was not used and is not half an hour old, perhaps expired; or None."""
    mine = PhoneProof.objects.filter(session_hash=_session_hash(session_key or ""), used_at__isnull=True)
    return mine.filter(public_id=public_id, sent_at__gt=clock.now() - SHOWN).first()


def takes_code(proof: PhoneProof) -> bool:
    """Return whether the code of `proof` can still be typed in."""
    return _closed(proof) is None


def check_code(public_id: str, code: str, *, session_key: str | None, actor: object) -> PhoneProof:
    """Return the proof `public_id` as used, if `code` is the one that was sent to it.

    Every call counts as a try, under the lock of the row: concurrent guesses cannot exceed five. Raises ActionError
    `expired` (too old, used, of another session, or unknown: all the same), `used_up` (five tries) and `wrong`.
    Raises RuntimeError inside a transaction, whose rollback would give the try back.  (requirements U22)
    """
    proof, refusal = _try(public_id, code, session_key or "", actor)
    if refusal:
        raise refusal
    return proof


@transaction.atomic(durable=True)
def _try(public_id, code, session_key, actor):
    mine = PhoneProof.objects.select_for_update().filter(session_hash=_session_hash(session_key))
    proof = mine.filter(public_id=public_id).first()
    if refusal := _closed(proof):
        return proof, refusal
    proof.tries += 1
    right = constant_time_compare(proof.code_hash, _code_hash(proof, code))
    proof.used_at = clock.now() if right else None
    proof.save(update_fields=["tries", "used_at"])
    _record(proof, right, actor)
    return proof, None if right else _wrong(proof)


def _record(proof, right, actor):
    owner = User.objects.by_phone(proof.phone).first()
    if right:
        audit.record("phone.proved", proof, actor=actor, user=owner, reason=proof.purpose)
    else:
        audit.record("session.failed", proof, actor=actor, user=owner, reason="code", result="failed")


def _closed(proof):
    """Return why `proof` takes no code any more, or None while it does."""
    if proof is None or proof.used_at or clock.now() >= proof.sent_at + LIFE:
        return ActionError(_("验证码过期了，请重新要一个。"), code="expired", field="code")
    if proof.tries >= TRIES:
        return ActionError(_("试的次数太多，这个验证码作废了，请重新要一个。"), code="used_up", field="code")
    return None


def _wrong(proof):
    left = TRIES - proof.tries
    if not left:
        return _closed(proof)
    words = ngettext("验证码不对，还可以试 %(n)s 次。", "验证码不对，还可以试 %(n)s 次。", left) % {"n": left}
    return ActionError(words, code="wrong", field="code")


def _code_hash(proof, code):
    return mac("phone-code", f"{proof.public_id}:{code}".encode())


def _session_hash(session_key):
    return mac("phone-code-session", session_key.encode())
