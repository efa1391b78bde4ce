"""What is compared with all other organizations: names, codes and parents. One lock keeps two changes at once apart."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from chengyang.errors import ActionError

from ..models import REGISTER_LOCK, Kind, Organization
from ..states import OrganizationState

COMPARED = ("name", "kind", "parent", "credit_code")


def lock_register() -> None:
    """Wait until nobody else changes names, codes or parents of organizations; holds until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])


def check_register(organization: Organization, data: Mapping[str, Any]) -> None:
    """Check `data` for `organization` (a new one has no key) against the others; takes the lock where it compares something.

    Raises ActionError `parent` (itself, one below it, or one that is or will be dissolved) and `code` (the kind does not register, or it is
    not founded yet), each with its field.
    """
    if not any(name in data and data[name] != getattr(organization, name) for name in COMPARED):
        return
    lock_register()
    if parent := data.get("parent"):
        _check_parent(organization, parent)
    code = data.get("credit_code", organization.credit_code)
    if not code:
        return
    if organization.state == OrganizationState.PREPARING and not organization.next_state:
        raise ActionError(_("还在筹建，没有登记，不写统一社会信用代码。"), code="code", field="credit_code")
    kind: Kind | None = data.get("kind", organization.kind)
    if kind is not None and not kind.may_register:
        text = _("%(kind)s不单独登记，没有统一社会信用代码。") % {"kind": kind}
        raise ActionError(text, code="code", field="credit_code")


def _check_parent(organization: Organization, parent: Organization) -> None:
    above = dict(Organization.objects.order_by().values_list("pk", "parent_id"))
    key: int | None = parent.pk
    seen: set[int] = set()
    while key is not None and key not in seen:
        if key == organization.pk:
            raise ActionError(_("上级组织不能是它自己，也不能是它的下级。"), code="parent", field="parent")
        seen.add(key)
        key = above.get(key)
    if Organization.objects.filter(pk=parent.pk, dissolved_on__isnull=False).exists():  # or will be on a coming day
        raise ActionError(_("上级组织已经注销，或定了要注销，请另选。"), code="parent", field="parent")
