"""Publishing the privacy rules: one officer proposes a text, another one publishes or returns it (requirements P02)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.models import PolicyVersion

from . import permissions
from .models import RULES_DRAFT_TRANSITIONS, RulesDraft, RulesDraftState


@transaction.atomic
def propose_rules(text: str, *, actor: Any) -> RulesDraft:
    """Propose `text` as the next version of the privacy rules, for the check by a second officer; return the draft.

    Raises NotAllowed for anybody but the district, ActionError `unchanged` (it is the text in force) and `waiting` (another
    draft waits already).
    """
    require(permissions.can_publish_rules, actor, None)
    current = _lock_current()
    _require_changed(text, current)
    if RulesDraft.objects.filter(state=RulesDraftState.WAITING).exists():
        raise ActionError(_("已有一份草案在等复核，请先办完那一份。"), code="waiting")
    draft = RulesDraft.objects.create(text=text, based_on=current, proposed_by=actor)
    audit.record("rules.proposed", draft, actor=actor)
    return draft


@transaction.atomic
def revise_draft(draft: RulesDraft, text: str, *, actor: Any) -> RulesDraft:
    """Replace the text of a draft that waits. Raises NotAllowed for others than its author, ActionError("unchanged")."""
    draft = lock(draft)
    require(permissions.can_revise_draft, actor, draft)
    _require_changed(text, draft.based_on)
    draft.text = text
    draft.save(update_fields=["text"])
    audit.record("rules.revised", draft, actor=actor, fields=["text"])
    return draft


@transaction.atomic
def withdraw_draft(draft: RulesDraft, *, actor: Any) -> RulesDraft:
    """Withdraw a draft that waits. Raises NotAllowed for others than its author, ActionError("state")."""
    draft = lock(draft)
    require(permissions.can_revise_draft, actor, draft)
    return _move(draft, RulesDraftState.WITHDRAWN, "rules.withdrawn", actor)


@transaction.atomic
def publish_draft(draft: RulesDraft, *, actor: Any) -> PolicyVersion:
    """Publish the draft as the next version of the rules and return it; who agreed to the former one is asked again (P02).

    Raises NotAllowed for its author and for anybody but the district, ActionError("outdated") when another version has been
    published since it was written.
    """
    current = _lock_current()
    draft = lock(draft)
    require(permissions.can_decide_draft, actor, draft)
    if current != draft.based_on:
        raise ActionError(_("草案写成以后，规则又发布过新的一版。请退回，按现行的一版重写。"), code="outdated")
    _move(draft, RulesDraftState.PUBLISHED, "rules.published", actor, decided_by=actor, decided_at=clock.now())
    return privacy.publish_policy(draft.text, actor=actor)


@transaction.atomic
def return_draft(draft: RulesDraft, *, reason: str, actor: Any) -> RulesDraft:
    """Return the draft to its author, who reads `reason`. Raises NotAllowed as `publish_draft`, ActionError("reason")."""
    draft = lock(draft)
    require(permissions.can_decide_draft, actor, draft)
    changes = {"decided_by": actor, "decided_at": clock.now(), "reason": required_reason(reason)}
    returned = _move(draft, RulesDraftState.RETURNED, "rules.returned", actor, **changes)
    notify(draft.proposed_by, "staff/rules_returned", url=draft.get_absolute_url(), draft=returned)
    return returned


def _lock_current() -> PolicyVersion | None:
    """Return the version in force, locked, so that two texts are not published at the same moment."""
    return PolicyVersion.objects.select_for_update().order_by("-version").first()


def _require_changed(text: str, current: PolicyVersion | None) -> None:
    if current and current.text.split() == text.split():
        raise ActionError(_("内容和现行规则相同，没有发布。"), code="unchanged", field="text")


def _move(draft: RulesDraft, state: str, verb: str, actor: Any, **changes: Any) -> RulesDraft:
    return move(draft, state, table=RULES_DRAFT_TRANSITIONS, actor=actor, verb=verb, **changes)
