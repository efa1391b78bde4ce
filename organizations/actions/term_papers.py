"""The files of the meeting of a change of term: minutes, ballot result, attendance, the list that was shown."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.files import actions as files
from chengyang.platform.files.models import File

from .. import permissions
from ..models import TermChange
from ..models.term_changes import MeetingPaper
from ..states import ChangeState
from .term_parts import locked_change

MOST_PAPERS = 12  # of one change


@transaction.atomic
def add_meeting_paper(change: TermChange, *, kind: str, upload: Any, actor: Any) -> File:
    """Add the file `upload` of the meeting; `kind` is a value of `MeetingPaper`. Return the file.

    Also after the second officer has agreed: minutes may come later. Raises ActionError `state` for a change that was dropped,
    `kind`, `many`, as `files.store`, NotAllowed.
    """
    change = locked_change(change)
    require(permissions.can_prepare_term_change, actor, change.organization)
    if change.state == ChangeState.DROPPED:
        raise ActionError(_("这次换届不办了，不再添材料。"), code="state")
    if kind not in MeetingPaper.values:
        raise ActionError(_("请选这是什么材料。"), code="kind", field="kind")
    if len(change.papers) >= MOST_PAPERS:
        raise ActionError(_("最多 %(n)d 份材料。") % {"n": MOST_PAPERS}, code="many", field="file")
    file = files.store(upload, owner=actor, attached_to=change)
    change.papers = {**change.papers, file.public_id: kind}
    change.save(update_fields=["papers"])
    audit.record("term_change.paper_added", change, actor=actor, fields=["papers"])
    return file


@transaction.atomic
def remove_meeting_paper(change: TermChange, public_id: str, *, actor: Any) -> TermChange:
    """Delete a file of the meeting that was added by mistake, while the change is prepared; return the change.

    Raises ActionError `state` once the result was submitted, `gone`, NotAllowed.
    """
    change = locked_change(change)
    require(permissions.can_prepare_term_change, actor, change.organization)
    if change.state != ChangeState.PREPARING:
        raise ActionError(_("结果已经提交，材料不能再删，只能再添。"), code="state")
    if public_id not in change.papers:
        raise ActionError(_("这份材料已经删去了。"), code="gone")
    change.papers = {key: kind for key, kind in change.papers.items() if key != public_id}
    change.save(update_fields=["papers"])
    files.discard(File.objects.get(public_id=public_id), actor=actor)
    audit.record("term_change.paper_removed", change, actor=actor, fields=["papers"])
    return change
