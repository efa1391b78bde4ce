"""Standards and their versions: drafted by an officer of the district, published by another one (domain.md rule 5)."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions
from ..codes import code_for
from ..comparing import differences
from ..models import Criterion, Standard, Version
from ..people import managers_of_all
from ..states import PUBLISH_DAYS, VersionState
from ..subjects import table_of


@transaction.atomic
def create_standard(*, name: str, subject: str, year: int | None = None, actor: Any) -> Standard:
    """Create a standard for the kind `subject` (person, organization, base, team) with a first draft; return it.

    With `year` it is the scheme by which organizers are evaluated for that year, and its draft begins with the criteria of the
    year before.

    Its code, which is part of its address, is made from the name in pinyin. Raises ActionError("invalid") with the field that
    the model refuses, also when the kind has a standard already; NotAllowed for all but the district office.
    """
    require(permissions.can_draft, actor, None)
    taken = set(Standard.objects.values_list("code", flat=True))
    standard = Standard(name=name, subject=subject, year=year, code=code_for(name, taken), order=len(taken))
    validate(standard)
    standard.save(force_insert=True)
    audit.record("standard.created", standard, actor=actor)
    draft_version(standard, actor=actor)
    return standard


@transaction.atomic
def edit_standard(standard: Standard, *, actor: Any, **data: Any) -> Standard:
    """Change `data` (names in EDITABLE_FIELDS) of a standard that has no published version. Raises NotAllowed, ("invalid")."""
    standard = lock(standard)
    require(permissions.can_edit_standard, actor, standard)
    edit(standard, data, fields=Standard.EDITABLE_FIELDS, verb="standard.renamed", actor=actor)
    return standard


@transaction.atomic
def remove_standard(standard: Standard, *, actor: Any) -> Standard:
    """Delete a standard that has no published version, with its draft. Raises NotAllowed."""
    standard = lock(standard)
    require(permissions.can_edit_standard, actor, standard)
    for version in standard.versions.select_for_update():
        _delete(version)
    audit.record("standard.removed", standard, actor=actor)
    Standard.objects.filter(pk=standard.pk).delete()
    return standard


@transaction.atomic
def draft_version(standard: Standard, *, actor: Any) -> Version:
    """Begin the next version of `standard` with the text and the criteria of the one in force; return it.

    Safe to repeat: a draft that exists is returned. Raises NotAllowed for all but the district office.
    """
    standard = lock(standard)
    require(permissions.can_draft, actor, None)
    if draft := standard.versions.drafted().first():
        draft.was_found = True  # so that nobody reads that one was added
        return draft
    own = standard.current()
    former: Any = own or _scheme_before(standard)
    draft = standard.versions.create(
        number=own.number + 1 if own else 1, text=former.text if former else "", drafted_by=actor
    )
    if former:
        names = ("code", *Criterion.EDITABLE_FIELDS, "order")
        rows = [{name: getattr(one, name) for name in names} for one in former.criteria.all()]
        Criterion.objects.bulk_create([Criterion(version=draft, **row) for row in rows])
    audit.record("version.drafted", draft, actor=actor)
    return draft


@transaction.atomic
def edit_version(version: Version, *, actor: Any, **data: Any) -> Version:
    """Change `data` (names in EDITABLE_FIELDS) of a draft. Raises NotAllowed once it is submitted, ActionError("invalid")."""
    version = lock(version)
    require(permissions.can_edit_version, actor, version)
    edit(version, data, fields=Version.EDITABLE_FIELDS, verb="version.edited", actor=actor)
    return version


@transaction.atomic
def submit_version(version: Version, *, actor: Any) -> Version:
    """Ask a second officer of the district to publish the draft; return it.

    Raises ActionError("empty") without a criterion, ("same") when nothing differs from the version in force, NotAllowed once
    it is submitted.
    """
    version = lock(version)
    require(permissions.can_edit_version, actor, version)
    if not version.criteria.exists():
        raise ActionError(_("还没有评定项，先加上再提交。"), code="empty")
    if (former := version.former()) and not differences(former, version):
        raise ActionError(_("和现行的一版相同，没有要发布的。"), code="same")
    version.submitted_by, version.submitted_at = actor, clock.now()
    version.due_on, version.reason = due_on(clock.today(), PUBLISH_DAYS), ""
    return _save(version, "version.submitted", actor, "submitted_by", "submitted_at", "due_on", "reason")


@transaction.atomic
def take_back_version(version: Version, *, actor: Any) -> Version:
    """Take the submitted draft back, so that it can be edited. Raises NotAllowed for all but who submitted it."""
    version = lock(version)
    require(permissions.can_take_back_version, actor, version)
    return _reopen(version, "version.taken_back", actor)


@transaction.atomic
def return_version(version: Version, reason: str, *, actor: Any) -> Version:
    """Return the draft to who submitted it, who is notified of `reason`.

    Raises ActionError("reason") without a reason, ("too_long"), ("state") when it does not wait; NotAllowed for who submitted it.
    """
    version = lock(version)
    require(permissions.can_publish_version, actor, version)
    _require_waiting(version)
    author, version.reason = version.submitted_by, required_reason(reason)
    returned = _reopen(version, "version.returned", actor, "reason")
    notify(author, "standards/version_returned", url=_url(version), version=returned)
    return returned


@transaction.atomic
def undo_return_version(version: Version, *, actor: Any) -> Version:
    """Take the return of the draft back: it waits again, as it was submitted.

    Raises ActionError("state") when somebody has changed it since, NotAllowed for who submitted it.
    """
    version = lock(version)
    former = version.history.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    if version.state != VersionState.DRAFT or former is None or former.submitted_by_id is None:
        raise ActionError(_("后来又有了变化，不能撤销。"), code="state")
    names = ("submitted_by", "submitted_at", "due_on", "reason")
    for name in names:
        attname = Version._meta.get_field(name).attname  # type: ignore[union-attr]
        setattr(version, attname, getattr(former, attname))
    require(permissions.can_publish_version, actor, version)
    undone = _save(version, "version.return_undone", actor, *names)
    notify(version.submitted_by, "standards/return_undone", url=_url(version), version=undone)
    return undone


@transaction.atomic
def publish_version(version: Version, *, actor: Any) -> Version:
    """Publish the draft today: it is in force, and never changes again; return it. Assessments keep the version they were made by.

    The managers of all organizers of its kind are notified whether theirs must be looked at again.

    Raises ActionError("state") when it does not wait; NotAllowed for who submitted it and for all but the district office.
    """
    lock(version.standard)
    version = lock(version)
    require(permissions.can_publish_version, actor, version)
    _require_waiting(version)
    version.published_on, version.published_by, version.due_on = clock.today(), actor, None
    published = _save(version, "version.published", actor, "published_on", "published_by", "due_on")
    _notify_managers(published)
    return published


def _notify_managers(version: Version) -> None:
    """Notify who manages an organizer of the kind by a post whether it must be looked at again; nobody about a person."""
    kind = version.standard.subject
    if kind == "person":
        return
    again = set(table_of(kind).objects.of_former_versions(version, clock.today()).values_list(kind, flat=True))
    for subject, account in managers_of_all(kind):
        about = {"version": version, "subject": subject, "again": subject.pk in again}
        notify(account, "standards/version_published", url=reverse("standards:own-assessments"), **about)


@transaction.atomic
def discard_version(version: Version, *, actor: Any) -> Version:
    """Delete the draft with its criteria. Raises NotAllowed once it is submitted or published."""
    version = lock(version)
    require(permissions.can_edit_version, actor, version)
    audit.record("version.discarded", version.standard, actor=actor)
    _delete(version)
    return version


def _scheme_before(standard: Standard) -> Version | None:
    """Return the version in force of the scheme of the year before, None without one or for a standard that lasts."""
    if standard.year is None:
        return None
    before = Standard.objects.published().filter(subject=standard.subject, year=standard.year - 1).first()
    return before.current() if before else None


def _require_waiting(version: Version) -> None:
    if version.state != VersionState.WAITING:
        raise ActionError(_("这份草案现在不在等复核，请刷新页面看最新情况。"), code="state")


def _reopen(version: Version, verb: str, actor: Any, *names: str) -> Version:
    version.submitted_by, version.submitted_at, version.due_on = None, None, None
    return _save(version, verb, actor, "submitted_by", "submitted_at", "due_on", *names)


def _save(version: Version, verb: str, actor: Any, *names: str) -> Version:
    version.save(update_fields=names)
    audit.record(verb, version, actor=actor, fields=names)
    return version


def _delete(version: Version) -> None:
    history.delete_with_history(Criterion.objects.filter(version=version))
    history.delete_with_history(Version.objects.filter(pk=version.pk))


def _url(version: Version) -> str:
    return reverse("admin:standards_version_change", args=[version.pk])
