"""章程: uploading a version, correcting its dates, taking one back that was entered by mistake."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock
from chengyang.platform.files import actions as files

from .. import permissions
from ..models import Charter, Organization
from ..states import OrganizationState

PDF = "application/pdf"


@transaction.atomic
def add_charter(organization: Organization, data: Mapping[str, Any], *, upload: Any, actor: Any) -> Charter:
    """Add the next version with `data` (names in EDITABLE_FIELDS) and its PDF `upload`, and return it.

    From the day `starts` on it is in force, in the place of the version before. Raises ActionError("pdf") for another type of
    file: everybody may download it, and PDFs are written anew without what an editor keeps in them; as `files.store`; ("dates")
    for an adoption to come, ("invalid") with the field, ("state") for a dissolved organization, NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_keep_charter, actor, organization)
    if organization.state == OrganizationState.DISSOLVED:
        raise ActionError(_("组织已经注销。"), code="state")
    number = (organization.charters.aggregate(n=Max("number"))["n"] or 0) + 1
    charter = Charter(organization=organization, number=number, uploaded_by=actor, is_demo=organization.is_demo, **data)
    _check_dates(charter)
    validate(charter)
    charter.save(force_insert=True)
    _store(charter, upload, actor)
    audit.record("charter.added", charter, actor=actor)
    return charter


@transaction.atomic
def correct_charter(charter: Charter, data: Mapping[str, Any], *, upload: Any = None, actor: Any) -> Charter:
    """Correct `data` (names in EDITABLE_FIELDS) of a version, and perhaps its PDF; the history keeps what it was.

    Raises ActionError("state") for one that was taken back, otherwise as `add_charter`.
    """
    charter = _locked(charter)
    require(permissions.can_keep_charter, actor, charter.organization)
    _require_valid(charter)
    for name, value in data.items():
        if name == "adopted_on" and value > clock.today():
            raise _future()
    edit(charter, data, fields=Charter.EDITABLE_FIELDS, verb="charter.corrected", actor=actor)
    if upload:
        _store(charter, upload, actor)
        audit.record("charter.corrected", charter, actor=actor, fields=["file"])
    return charter


@transaction.atomic
def withdraw_charter(charter: Charter, *, reason: str, actor: Any) -> Charter:
    """Take a version back that was entered by mistake: the one before is in force again, nobody can download it any more.

    Raises ActionError("state") when it is taken back already, ("reason"), ("too_long"), NotAllowed.
    """
    charter = _locked(charter)
    require(permissions.can_keep_charter, actor, charter.organization)
    _require_valid(charter)
    charter.reason = required_reason(reason, missing=_("请写为什么撤下。"))
    charter.withdrawn_at = clock.now()
    charter.save(update_fields=["reason", "withdrawn_at"])
    audit.record("charter.withdrawn", charter, actor=actor, fields=["withdrawn_at", "reason"])
    return charter


@transaction.atomic
def restore_charter(charter: Charter, *, actor: Any) -> Charter:
    """Put a version back that was taken back. Raises ActionError("invalid") when another one begins on its day, ("state")."""
    charter = _locked(charter)
    require(permissions.can_keep_charter, actor, charter.organization)
    if charter.withdrawn_at is None:
        raise ActionError(_("这一版没有撤下。"), code="state")
    charter.withdrawn_at, charter.reason = None, ""
    validate(charter)
    charter.save(update_fields=["reason", "withdrawn_at"])
    audit.record("charter.restored", charter, actor=actor, fields=["withdrawn_at", "reason"])
    return charter


def _locked(charter: Charter) -> Charter:
    organization = lock(charter.organization)
    charter = lock(charter)
    charter.organization = organization
    return charter


def _require_valid(charter: Charter) -> None:
    if charter.withdrawn_at:
        raise ActionError(_("这一版已经撤下。"), code="state")


def _check_dates(charter: Charter) -> None:
    if charter.adopted_on > clock.today():
        raise _future()


def _future() -> ActionError:
    return ActionError(_("通过的日期不能晚于今天。"), code="dates", field="adopted_on")


def _store(charter: Charter, upload: Any, actor: Any) -> None:
    try:
        stored = files.store(upload, owner=actor, attached_to=charter)
    except ActionError as error:
        error.field = "upload"
        raise
    if stored.content_type != PDF:
        raise ActionError(_("章程人人可以下载，请上传 PDF。"), code="pdf", field="upload")
