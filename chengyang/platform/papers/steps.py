"""The job that makes Word files: some in each step, then one file, or a zip of all (docs/architecture.md, "Papers")."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import JobStep, Paper
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import readings
from chengyang.platform.files import contents, names
from chengyang.platform.jobs import results
from chengyang.platform.staff import list_exports
from chengyang.platform.staff.models import ListExport

from . import actions, defaults, filling
from .models import PaperTemplate

AT_ONCE = 10  # files of one step; a form takes 50 ms
ZIP = "application/zip"
_HEAD = 4  # bytes of the length of the name before a file in the working data


def step(job: Any, cursor: dict[str, Any]) -> JobStep:
    """Do one step: name the rows, fill some, and at the end write the result."""
    export = ListExport.objects.select_related("decided_by").get(job=job)
    paper = actions.declared_paper(export.paper)
    if not cursor:
        return _begin(job, export, paper)
    return _fill(job, export, paper, cursor) if cursor["left"] else _finish(job, export, paper, cursor)


def _begin(job: Any, export: ListExport, paper: Paper) -> JobStep:
    found = actions.records_of(paper, job.owner, record=export.record, query=export.query)
    rows = list(found.values_list("pk", flat=True)[: actions.MOST_FILES + 1])
    if len(rows) > actions.MOST_FILES:
        raise ActionError(_("一次最多 %(n)d 份，请加上条件分几次办。") % {"n": actions.MOST_FILES}, code="rows")
    if not rows:
        raise ActionError(_("现在没有可以填的了。"), code="rows")
    if paper.is_personal:
        list_exports.watch(job.owner, whole_numbers=export.rows if export.numbers_note else 0)
    template = PaperTemplate.objects.in_force(paper.code)
    # One version for all files of the job, whatever is put in force meanwhile.
    cursor = {"left": rows, "done": 0, "people": 0, "template": template.pk if template else None}
    return JobStep(done=0, total=len(rows), cursor=cursor)


def _fill(job: Any, export: ListExport, paper: Paper, cursor: dict[str, Any]) -> JobStep:
    now, left = cursor["left"][:AT_ONCE], cursor["left"][AT_ONCE:]
    template = _template(paper, cursor["template"])
    # Read anew, as the owner may see them now: a row may have left the scope since.
    rows = {row.pk: row for row in actions.records_of(paper, job.owner).filter(pk__in=now)}
    people = cursor["people"]
    for place, pk in enumerate(now, cursor["done"] + 1):
        row = rows.get(pk)
        if row is None or not paper.can(job.owner, row):
            continue
        filled = filling.fill(
            paper, row, user=job.owner, order=export.options.get("order", ""), whole=bool(export.numbers_note)
        )
        people += len(filled.people)
        if people > list_exports.LARGE and export.decided_by_id is None:
            raise ActionError(
                _("现在超过 %(n)d 人了，要请同事同意，请重新提交。") % {"n": list_exports.LARGE}, code="large"
            )
        readings.record("paper.exported", filled.people, actor=job.owner, subject=row)
        results.append(job, _packed(_name(place, row), filling.word_file(template, filled.values)))
    done = cursor["done"] + len(now)
    return JobStep(done=done, cursor={**cursor, "left": left, "done": done, "people": people})


def _template(paper: Paper, key: int | None) -> bytes:
    if key is None:
        return defaults.default_file(paper)
    return PaperTemplate.objects.select_related("file").get(pk=key).read()


def _name(place: int, row: Any) -> str:
    title = str(row).replace("/", "_").replace("\\", "_")  # a name is no path
    return names.clean(f"{place:03d} {title}.docx", contents.DOCX)


def _packed(name: str, data: bytes) -> bytes:
    head = json.dumps(name).encode()
    return len(head).to_bytes(_HEAD, "big") + head + data


def _unpacked(part: bytes) -> tuple[str, bytes]:
    end = _HEAD + int.from_bytes(part[:_HEAD], "big")
    return json.loads(part[_HEAD:end]), part[end:]


def _finish(job: Any, export: ListExport, paper: Paper, cursor: dict[str, Any]) -> JobStep:
    made = [_unpacked(part) for part in results.working_parts(job)]
    if not made:
        raise NotAllowed("paper.can")
    title = f"{paper.label} {clock.now():%Y-%m-%d %H%M}"
    if len(made) == 1:
        name = f"{paper.label} {made[0][0][4:]}"
        results.finish(
            job, [made[0][1]], name=names.clean(name, contents.DOCX), content_type=contents.DOCX.content_type
        )
    elif export.options.get("joined"):
        data = filling.joined([data for _name, data in made])
        results.finish(job, [data], name=f"{title}.docx", content_type=contents.DOCX.content_type)
    else:
        results.finish(job, _zipped(made), name=f"{title}.zip", content_type=ZIP)
    audit.record("paper.exported", export, actor=job.owner, fields=[paper.code], reason=export.purpose)
    return JobStep(done=cursor["done"], total=cursor["done"], cursor=None)


def _zipped(made: list[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the bytes of a zip of the files; they are compressed already."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in made:
            archive.writestr(name, data)
    yield target.getvalue()
