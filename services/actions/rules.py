"""分办规则: district staff say to which team requests of a category go at once."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import assign, edit, validate
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import RoutingRule


@transaction.atomic
def add_rule(*, actor: Any, **data: Any) -> RoutingRule:
    """Make a rule of `data` (names in `RoutingRule.EDITABLE_FIELDS`); it applies to requests from now on.

    Raises NotAllowed, ActionError("invalid") naming the field, also when there is one for this category and subdistrict.
    """
    require(permissions.can_edit_rules, actor, None)
    rule = RoutingRule(team=data["team"])
    assign(rule, data, fields=RoutingRule.EDITABLE_FIELDS)
    validate(rule)
    rule.save(force_insert=True)
    audit.record("routing_rule.added", rule, actor=actor)
    return rule


@transaction.atomic
def edit_rule(rule: RoutingRule, *, actor: Any, **data: Any) -> RoutingRule:
    """Change `rule`. Raises as `add_rule`, ActionError("state") once it has ended."""
    rule = lock(rule)
    require(permissions.can_edit_rules, actor, rule)
    _require_in_use(rule)
    edit(rule, data, fields=RoutingRule.EDITABLE_FIELDS, verb="routing_rule.updated", actor=actor)
    return rule


@transaction.atomic
def end_rule(rule: RoutingRule, *, actor: Any) -> RoutingRule:
    """End `rule`: requests go to the office again. Raises NotAllowed, ActionError("state")."""
    rule = lock(rule)
    require(permissions.can_edit_rules, actor, rule)
    _require_in_use(rule)
    rule.ended_on = clock.today()
    rule.save(update_fields=["ended_on"])
    audit.record("routing_rule.ended", rule, actor=actor, fields=["ended_on"])
    return rule


def _require_in_use(rule: RoutingRule) -> None:
    if rule.ended_on:
        raise ActionError(_("这条规则已经停用，另建一条。"), code="state")
