"""Giving and withdrawing consent, and publishing the privacy rules (requirements P02, P04–P06).

Each decision of a person is a new row in the ledger of consents; only the person can make it.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import extensions
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.web import context
from chengyang.platform.web.fragments import per_version

from .models import Consent, PolicyVersion, PolicyVersionQuerySet, Purpose
from .permissions import can_decide
from .purposes import BY_CODE


def give(user: Any, purpose_code: str, *, actor: Any) -> Consent:
    """Record that `user` consents to the purpose under the current rules; return the ledger row (requirements P04).

    Safe to repeat: a consent to the same text is returned as it is. Raises NotAllowed when `actor` is not `user`, and
    ActionError `no_rules` (no rules are published) and `purpose` (unknown purpose).
    """
    return _decide(user, purpose_code, given=True, actor=actor)


def withdraw(user: Any, purpose_code: str, *, actor: Any) -> Consent:
    """Record that `user` refuses or withdraws consent; return the ledger row (requirements P06).

    The withdrawal handlers of the purpose run at once and stop what it allowed. A refusal without an earlier consent is
    recorded too, so that the person is not asked again soon (requirements P07). Raises as `give`.
    """
    return _decide(user, purpose_code, given=False, actor=actor)


def holds(user: Any, purpose_code: str) -> bool:
    """Return whether the latest decision of `user` on the purpose is consent."""
    latest = _latest(user, purpose_code)
    return bool(latest and latest.given)


def latest_for(user: Any) -> dict[str, Consent]:
    """Return the latest decision of `user` on each purpose that they decided on: purpose code → ledger row."""
    rows = Consent.objects.filter(user=user).latest().select_related("purpose", "policy")
    return {row.purpose.code: row for row in rows}


def to_confirm(user: Any) -> list[Consent]:
    """Return the consents that `user` gave to a text that has changed since: they are asked again (requirements P02)."""
    given = [row for code, row in latest_for(user).items() if row.given and code in BY_CODE]
    policy = per_version("privacy.current", PolicyVersionQuerySet(PolicyVersion).current) if given else None
    return [row for row in given if policy and row.text_hash != hash_of(policy, row.purpose)]


def has_contact() -> bool:
    """Return whether the settings name how to reach the data controller (requirements P01)."""
    return bool(settings.SITE["contact"].strip())


def publish_policy(text: str, *, actor: Any) -> PolicyVersion:
    """Publish `text` as the next version of the privacy rules and return it.

    Earlier versions stay, and people who consented to them are asked again (requirements P02). Does not check permissions:
    `staff.rules_actions.publish_draft` does; `actor` is None when seeding. Raises ActionError("contact") while the settings name
    no contact of the data controller, which the page of the rules must show (requirements P01), ("unchanged") when the text
    equals that of the current version.
    """
    if not has_contact():
        raise ActionError(_("还没有设置联系方式，不能发布规则：人家要知道找谁。"), code="contact", field="text")
    with transaction.atomic():
        last = PolicyVersion.objects.select_for_update().order_by("-version").first()
        if last and last.text == text:
            raise ActionError(_("内容和现行规则相同，没有发布。"), code="unchanged", field="text")
        policy = PolicyVersion.objects.create(version=last.version + 1 if last else 1, text=text)
        audit.record("settings.changed", policy, actor=actor, reason="privacy_rules")
        return policy


@transaction.atomic
def _decide(user: Any, purpose_code: str, *, given: bool, actor: Any) -> Consent:
    user = lock(user)
    require(can_decide, actor, user)
    purpose, policy = _purpose_and_policy(purpose_code)
    before = _latest(user, purpose_code)
    text_hash = hash_of(policy, purpose)
    if before and before.given == given and (not given or before.text_hash == text_hash):
        return before
    row = Consent.objects.create(
        user=user,
        purpose=purpose,
        policy=policy,
        given=given,
        text_hash=text_hash,
        actor_public_id=actor.public_id,
        address=context.current().address,
    )
    audit.record("consent.given" if given else "consent.withdrawn", row, actor=actor, user=user, reason=purpose_code)
    if not given and before and before.given:
        for handler in extensions.withdrawal_handlers(purpose_code):
            handler(user, actor)
    return row


def _purpose_and_policy(purpose_code: str) -> tuple[Purpose, PolicyVersion]:
    purpose = Purpose.objects.filter(code=purpose_code).first()
    if purpose is None:
        raise ActionError(_("没有这一项用途。"), code="purpose")
    policy = PolicyVersionQuerySet(PolicyVersion).current()
    if policy is None:
        raise ActionError(_("个人信息保护规则还没有发布，暂时不能办理。"), code="no_rules")
    return purpose, policy


def _latest(user: Any, purpose_code: str) -> Consent | None:
    return Consent.objects.filter(user=user, purpose__code=purpose_code).order_by("-at", "-id").first()


def hash_of(policy: PolicyVersion, purpose: Purpose) -> str:
    """Return the digest of the text that a person consents to: the rules and the current text of the purpose."""
    shown = (policy.text_hash, purpose.code, purpose.name, purpose.text, purpose.categories, purpose.retention)
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()
