"""Uploading a Word template, putting a version in force, and asking for Word files (requirements U12, P26, S11)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed, require
from chengyang.extensions import Paper
from chengyang.platform.accounts.locks import advisory_lock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.files import actions as files
from chengyang.platform.files.models import File
from chengyang.platform.staff import export_actions, list_exports
from chengyang.platform.staff.models import ExportFormat, ListExport

from . import checking, filling
from .models import PaperTemplate
from .permissions import can_manage_templates
from .states import TEMPLATE_TRANSITIONS, TemplateState

MOST_FILES = 500  # Word files of one job
MOST_JOINED = 100  # of them in one file


# ---- templates ------------------------------------------------------------------------------------------------------
def upload_template(paper: str, upload: Any, *, note: str = "", actor: Any) -> PaperTemplate:
    """Store `upload` as the next version of the template of `paper` (a code), and return it; it is not in force yet.

    What it does not use and what is unknown is compared with the paper, and it is filled with the example values once. Raises
    NotAllowed for anybody but the district, ActionError at the field `upload` as `checking.check`, `files.store` and, when
    it cannot be filled, `template`.
    """
    require(can_manage_templates, actor, None)
    declared = declared_paper(paper)
    data = upload.read(checking.MOST_BYTES + 1)
    findings = checking.check(data)
    missing, unknown = findings.missing(declared), findings.unknown(declared)
    if not unknown:
        _try(declared, data)
    upload.seek(0)
    with transaction.atomic():
        advisory_lock(f"paper-template/{paper}")
        file = _stored(upload, actor)
        last = PaperTemplate.objects.filter(paper=paper).aggregate(last=Max("version"))["last"] or 0
        template = PaperTemplate.objects.create(
            paper=paper, version=last + 1, file=file, note=note, missing=missing, unknown=unknown, uploaded_by=actor
        )
        files.attach(file, template, actor=actor)
        audit.record("paper_template.uploaded", template, actor=actor)
    return template


def declared_paper(code: str) -> Paper:
    """Return the paper with `code` that has a Word file. Raises ActionError("paper") where there is none."""
    found = extensions.paper(code)
    if found is None or not found.has_word:
        raise ActionError(_("没有这种打印件。"), code="paper", field="paper")
    return found


def _stored(upload: Any, actor: Any) -> File:
    try:
        return files.store(upload, owner=actor)
    except ActionError as error:
        error.field = checking.FIELD
        raise


def _try(paper: Paper, data: bytes) -> None:
    """Fill the template with the example values. Raises ActionError("template") at the field of the upload."""
    try:
        filling.word_file(data, filling.examples(paper))
    except ActionError as error:
        error.field = checking.FIELD
        raise
    except Exception:  # lxml and python-docx raise whatever a strange document makes them raise
        raise checking.refusal(_("这个模板填不进内容，请用默认模板改。"), "template") from None


@transaction.atomic
def put_in_force(template: PaperTemplate, *, actor: Any) -> PaperTemplate:
    """Let `template` be the one that is filled in from now on, and return it; the one before is retired.

    A former version comes back in the same way. Raises NotAllowed for anybody but the district, ActionError("state") for the
    one in force, ("unknown") while it has placeholders that the paper does not have.
    """
    require(can_manage_templates, actor, template)
    advisory_lock(f"paper-template/{template.paper}")
    template = lock(template)
    if template.unknown:
        names = "、".join(template.unknown[:5])
        raise ActionError(_("里面有不认识的占位符（%(names)s），请改好再上传一版。") % {"names": names}, code="unknown")
    if template.state == TemplateState.IN_FORCE:
        raise ActionError(_("这一版已经在用。"), code="state")
    for former in PaperTemplate.objects.filter(paper=template.paper, state=TemplateState.IN_FORCE):
        _retire(lock(former), actor)
    changes = {"in_force_at": clock.now(), "in_force_by": actor, "retired_at": None}
    return move(
        template,
        TemplateState.IN_FORCE,
        table=TEMPLATE_TRANSITIONS,
        actor=actor,
        verb="paper_template.in_force",
        **changes,
    )


@transaction.atomic
def retire(template: PaperTemplate, *, actor: Any) -> PaperTemplate:
    """Let the default template of the paper be filled in again, and return `template`. Raises as `put_in_force`."""
    require(can_manage_templates, actor, template)
    advisory_lock(f"paper-template/{template.paper}")
    return _retire(lock(template), actor)


def _retire(template: PaperTemplate, actor: Any) -> PaperTemplate:
    return move(
        template,
        TemplateState.RETIRED,
        table=TEMPLATE_TRANSITIONS,
        actor=actor,
        verb="paper_template.retired",
        retired_at=clock.now(),
    )


# ---- Word files -----------------------------------------------------------------------------------------------------
def ask_for_file(
    paper: Paper, data: Mapping[str, Any], *, actor: Any, record: str = "", query: str = "", conditions: str = ""
) -> ListExport:
    """Fill `paper` for the row with the key `record`, or for all rows of the list that match `query`; return the export.

    `data` holds `order`, `joined` (one file and not a zip), `purpose`, `note` and `numbers_note` (empty: numbers stay masked). It
    starts at once, unless it is about more than 500 persons: then another officer agrees first. Raises NotAllowed for rows that
    `actor` may not fill in, ActionError `rows` for none or too many, `purpose` and `note` at their fields.  (requirements P26)
    """
    rows = list(records_of(paper, actor, record=record, query=query)[: MOST_FILES + 1])
    if not rows:
        raise ActionError(_("没有可以填的，请回到名单重新选。"), code="rows")
    most = MOST_JOINED if data["joined"] else MOST_FILES
    if len(rows) > most:
        raise ActionError(_("一次最多 %(n)d 份，请加上条件分几次办。") % {"n": most}, code="rows")
    if not all(paper.can(actor, row) for row in rows):
        raise NotAllowed("paper.can")
    people = sum(filling.people_in(paper, row, actor) for row in rows) if paper.is_personal else 0
    purpose, note = (data["purpose"], data["note"]) if paper.is_personal else ("", "")
    if paper.is_personal:
        export_actions.require_purpose(purpose, note)
    return export_actions.open_export(
        actor=actor,
        large=people > list_exports.LARGE,
        list_name=paper.subject,
        query=query,
        conditions=conditions or ("" if not record else str(rows[0])),
        columns=_columns(paper),
        file_format=ExportFormat.DOCX,
        paper=paper.code,
        record=record,
        options={"order": data["order"], "joined": bool(data["joined"])},
        rows=people if paper.is_personal else len(rows),
        purpose=purpose,
        note=note,
        numbers_note=data["numbers_note"] if paper.has_whole else "",
    )


def records_of(paper: Paper, user: Any, *, record: str = "", query: str = "") -> Any:
    """Return the rows of the list of the paper that `user` may see now: the one with the key `record`, or those of `query`.

    Raises as `list_exports.rows_of`.
    """
    rows = list_exports.rows_of(list_exports.admin_of(paper.subject), user, query)
    if record:
        rows = rows.filter(pk=record)
    return rows.select_related(*paper.related) if paper.related else rows


def _columns(paper: Paper) -> Sequence[str]:
    return list(dict.fromkeys(one.name for one in paper.all_fields))
