"""What pages of the staff site show of an assessment: the fields of its findings, and rows of details."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.standards.models.assessments import NOTE_LENGTH
from chengyang.platform.standards.shown import Shown, shown_of
from chengyang.platform.standards.states import DECIDED, Result
from chengyang.platform.web import form_fields
from chengyang.platform.web.widgets import RadioBoxes

FIELDS = ("result", "reason", "by")  # of each criterion, in the form of the first and of the third officer
PAST = 4  # assessments before the present one that the decision page shows


def fields_of(row: Any) -> tuple[str, ...]:
    """Return the names of the fields of each criterion of `row`: an evaluation of a year is not put right by a day."""
    return FIELDS[:2] if row.YEARLY else FIELDS


def field_names(row: Any, criterion: Any) -> tuple[str, ...]:
    """Return the names of the form fields of `criterion`."""
    return tuple(f"{name}_{criterion.code}" for name in fields_of(row))


def form_fields_of(row: Any) -> dict[str, forms.Field]:
    """Return the form fields of all findings of `row`, by name, filled in with what was found so far."""
    found: dict[str, forms.Field] = {}
    for criterion, finding in row.rows():
        fields = dict(zip(FIELDS, _fields(criterion, finding), strict=True))
        found |= {f"{name}_{criterion.code}": fields[name] for name in fields_of(row)}
    return found


def _fields(criterion: Any, finding: Any) -> tuple[forms.Field, ...]:
    """Return the fields of one criterion: the result, the reason, and the day by which it is put right."""
    return (
        forms.ChoiceField(
            label=_("%(name)s：评定") % {"name": criterion},
            choices=Result.choices,
            initial=finding.result,
            required=False,
            widget=RadioBoxes(size="small"),
        ),
        forms.CharField(
            label=_("%(name)s：为什么，要做什么") % {"name": criterion},
            initial=finding.get("reason", ""),
            required=False,
            max_length=NOTE_LENGTH,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("没有做到必填，对方会看到原文"),
        ),
        form_fields.DateField(
            label=_("%(name)s：哪天前补好") % {"name": criterion}, initial=finding.due_on, required=False
        ),
    )


def who_acted(row: Any) -> list[DetailRow]:
    """Return the rows about who did what so far, and about an appeal."""
    found = [
        DetailRow(_("交来"), row.submitted_by),
        DetailRow(_("初评"), row.found_by, dates.full_day(row.found_on) if row.found_on else ""),
        DetailRow(_("复核"), row.assessed_by, dates.full_day(row.assessed_on) if row.assessed_on else ""),
        DetailRow(_("申诉"), row.appeal, row.appealed_by or ""),
        DetailRow(_("申诉答复"), row.decision, row.decided_by or ""),
        DetailRow(row.note_label, row.note),
    ]
    return [one for one in found if one.value]


def past(row: Any) -> list[DetailRow]:
    """Return the row with the decided assessments of the same subject before this one; none without them."""
    rows = list(row.siblings().filter(state__in=DECIDED).exclude(pk=row.pk).with_rays()[:PAST])
    words = "；".join(f"{one.version} {one.get_state_display()} {one.assessed_on}" for one in rows)
    return [DetailRow(_("历次评定"), words, template="standards/_past.html", data={"rows": rows})] if rows else []


def findings(assessment: Any, user: Any, *, asks: bool = False) -> list[DetailRow]:
    """Return one row for each criterion; with `asks` the fields of the finding stand beside it on the decision page."""
    return [
        _detail_row(one, field_names(assessment, one.criterion) if asks else ()) for one in shown_of(assessment, user)
    ]


def _detail_row(one: Shown, asks: tuple[str, ...]) -> DetailRow:
    names = [file.name for file in (*one.files, *one.fixed_files)]
    links = [one.finding.get("link", ""), one.finding.fixed.get("link", "")]
    return DetailRow(
        one.criterion.name,
        one.finding.words() if one.finding else _("还没有填"),
        "　".join(text for text in (*names, *links) if text),
        template="standards/_statement.html",
        data=one,
        asks=asks,
    )
