"""Sending and checking the codes that prove a phone number (requirements U22). No other module does either.

A code has six digits, is valid for five minutes and five tries, and is stored as a keyed hash. It is bound to the session
that asked for it; one other session may take it over while it is fresh, because people ask in one browser and read the
message in another. Limits are counted in the database, by number, by network (see `limits`) and for the whole site; a browser
that proved the number before has limits of its own, so that nobody can lock its owner out. Whether the number has an account
makes no difference. Codes are not notices: they are sent to the gateway at once.
"""

import datetime as dt
import logging
import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import Q
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
from chengyang.platform.web.addresses import network_of

from . import alarms
from .locks import advisory_lock
from .models import PhoneProof, User

LIFE = dt.timedelta(minutes=5)
SHOWN = dt.timedelta(minutes=30)  # how long the page of an expired code offers to send another one
TRIES = 5
PAUSE = dt.timedelta(seconds=60)  # between two codes to one number
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
PER_DAY = 10  # codes to one number: asked for from one network, or in browsers that proved it before
PER_DAY_ANYWHERE = 30  # codes to one number, asked for from all networks
PER_MINUTE = 60  # codes asked for from one network, because everybody in a hall shares one
NETWORK_PER_DAY = 500
ALARM_SHARE = 0.8  # of the codes of a day for the whole site (setting `SMS_CODES_PER_DAY`): the first alarm

Purpose = PhoneProof.Purpose
logger = logging.getLogger(__name__)


# ---- sending --------------------------------------------------------------------------------------------------------
def send_code(
    phone: str, *, address: str | None, session_key: str, purpose: str = Purpose.SIGN_IN, known: bool = False
) -> PhoneProof:
    """Send a code to `phone` (E.164) and return its proof, which only the session `session_key` can complete.

    `address` is the client's IP address, or None if it is not known; `known` says that the browser has proved the number
    before. Raises ActionError `too_soon` (within 60 s of the last code to this number), `too_many` (ten a day from this
    network, thirty from all), `busy` (sixty a minute or five hundred a day from this network), `site_full` (the codes of the
    day are used up), `demo_number` (in production) and `undelivered` (the gateway refused; the code does not count). Raises
    RuntimeError inside a transaction: a code that was sent cannot be rolled back.  (requirements U22)
    """
    if settings.PRODUCTION and is_demo_phone(phone):
        raise ActionError(_("这个号段没有启用，请换一个手机号。"), code="demo_number", field="phone")
    code = f"{secrets.randbelow(1_000_000):06}"
    proof = PhoneProof(
        phone=phone,
        address=address,
        network=network_of(address),
        purpose=purpose,
        session_hash=_session_hash(session_key),
        from_known_device=known,
    )
    refusal = _issue(proof, code)
    if refusal:
        raise refusal
    _deliver(proof, code)
    return proof


def _deliver(proof, code):
    try:
        variables = _variables(proof, code)
        text = _("【%(site)s】验证码 %(code)s，用于%(purpose)s，%(minutes)s 分钟内有效。请不要告诉任何人。") % variables
        gateways.sms().send(
            proof.phone, text, template=gateways.CODE_TEMPLATE, variables=variables, key=proof.public_id, code=code
        )
    except (gateways.Refused, gateways.NotSent) as error:
        proof.delete()
        raise ActionError(_("短信没有发出，请过一会儿再试。"), code="undelivered", field="phone") from error
    except Exception as error:  # the message may have been sent, so the code still counts
        logger.error("code %s: %s", proof.public_id, type(error).__name__)


@transaction.atomic(durable=True)
def _issue(proof, code):
    """Store `proof`, or return the ActionError that refuses it: raising would roll an alarm back."""
    # Concurrent requests for one number, from one network or at the limit of the site wait here: the counts below are right.
    advisory_lock(f"phone/{blind_index('phone', proof.phone)}", f"network/{proof.network}", "codes")
    if refusal := _too_many_for_number(proof) or _too_many_for_network(proof) or _too_many_for_site(proof):
        return refusal
    proof.code_hash = _code_hash(proof.public_id, code)
    proof.save(force_insert=True)
    return None


def _sent(**conditions):
    """Return the proofs for which a message was sent."""
    return PhoneProof.objects.filter(same_code_as__isnull=True, **conditions)


def _too_many_for_number(proof):
    index = blind_index("phone", proof.phone)
    sent = _sent(phone_index=index, sent_at__gt=clock.now() - DAY, from_known_device=proof.from_known_device)
    newest = sent.order_by("-sent_at").first()
    if newest and (rest := wait(newest)):
        return ActionError(_("刚发过验证码，请 %(n)s 秒后再要。") % {"n": rest}, code="too_soon", field="phone")
    here = sent if proof.from_known_device else sent.filter(network=proof.network)
    if here.count() >= PER_DAY or sent.count() >= PER_DAY_ANYWHERE:
        return ActionError(
            _("这个号码今天要的验证码太多了，请明天再试；急的话，用以前登录过的浏览器，或者打电话给我们。"),
            code="too_many",
            field="phone",
        )
    return None


def _too_many_for_network(proof):
    if proof.network is None or proof.from_known_device:
        return None
    today = _sent(network=proof.network, sent_at__gt=clock.now() - DAY)
    if today.filter(sent_at__gt=clock.now() - MINUTE).count() >= PER_MINUTE:
        return ActionError(_("这个网络里要验证码的人太多，请过一分钟再试。"), code="busy", field="phone")
    if today.count() >= NETWORK_PER_DAY:
        return ActionError(_("这个网络今天要的验证码太多了，请换一个网络，或者明天再试。"), code="busy", field="phone")
    return None


def _too_many_for_site(proof):
    if proof.from_known_device:
        return None
    most = settings.SMS_CODES_PER_DAY
    sent = _sent(sent_at__gt=clock.now() - DAY, from_known_device=False).count()
    if sent >= most:
        alarms.raise_once("codes_full", "accounts/alarm_codes", sent=sent, most=most)
        return ActionError(
            _("今天发出的验证码已到上限，请明天再试，或者打电话给我们。"), code="site_full", field="phone"
        )
    if sent + 1 >= most * ALARM_SHARE:
        alarms.raise_once("codes_many", "accounts/alarm_codes", sent=sent + 1, most=most)
    return None


def take_over(phone: str, *, session_key: str, purpose: str = Purpose.SIGN_IN) -> PhoneProof | None:
    """Return a proof with which the session `session_key` can type in the code that another one has just sent to `phone`.

    No message is sent. The proof has five tries of its own; a code is given to one other session only, and used once. Returns
    None when no code of the last minute is left to take over.
    """
    with transaction.atomic():
        advisory_lock(f"phone/{blind_index('phone', phone)}")
        fresh = _sent(phone_index=blind_index("phone", phone), purpose=purpose, sent_at__gt=clock.now() - PAUSE)
        source = fresh.filter(used_at__isnull=True, followers__isnull=True).order_by("-sent_at").first()
        if source is None:
            return None
        return PhoneProof.objects.create(
            phone=phone,
            purpose=purpose,
            session_hash=_session_hash(session_key),
            same_code_as=source,
            sent_at=source.sent_at,
        )


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


def newest(phone: str, *, session_key: str | None, purpose: str) -> PhoneProof | None:
    """Return the newest proof of this session for `phone` and `purpose` that still takes a code, or None."""
    own = PhoneProof.objects.filter(session_hash=_session_hash(session_key or ""), purpose=purpose)
    found = own.filter(phone_index=blind_index("phone", phone)).order_by("-sent_at").first()
    return found if found and takes_code(found) else None


def proved(public_id: str, *, session_key: str | None) -> PhoneProof | None:
    """Return the proof `public_id` if this session completed it within the last half hour, or None."""
    own = PhoneProof.objects.filter(session_hash=_session_hash(session_key or ""), used_at__gt=clock.now() - SHOWN)
    return own.filter(public_id=public_id).first()


def ends_at(proof: PhoneProof) -> dt.datetime:
    """Return the moment from which the code of `proof` is no longer accepted."""
    return proof.sent_at + LIFE


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
    proof, shared = _locked(public_id, session_key)
    if refusal := _closed(proof):
        return proof, refusal
    proof.tries += 1
    source = next((row for row in shared if row.pk == proof.same_code_as_id), proof)
    is_right = constant_time_compare(source.code_hash, _code_hash(source.public_id, code))
    for row in shared if is_right else ():
        row.used_at = clock.now()
        row.save(update_fields=["used_at"])
    proof.used_at = clock.now() if is_right else None
    proof.save(update_fields=["tries", "used_at"])
    _record(proof, is_right, actor)
    return proof, None if is_right else _wrong(proof)


def _locked(public_id, session_key):
    """Return (proof of this session or None, all proofs with the same code), locked in the order of their keys."""
    own = PhoneProof.objects.filter(session_hash=_session_hash(session_key), public_id=public_id).first()
    if own is None:
        return None, []
    first = own.same_code_as_id or own.pk
    rows = PhoneProof.objects.select_for_update(of=("self",)).filter(Q(pk=first) | Q(same_code_as=first))
    shared = list(rows.order_by("pk"))
    return next((row for row in shared if row.pk == own.pk), None), shared


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


def _code_hash(public_id, code):
    return mac("phone-code", f"{public_id}:{code}".encode())


def _session_hash(session_key):
    return mac("phone-code-session", session_key.encode())
