"""What the pages of records of several apps have alike: columns, the tabs of posts and assessments, starting an assessment."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.standards.permissions import can_prepare
from chengyang.platform.standards.states import RUNNING
from chengyang.platform.standards.subjects import has_ended, kind_of, open_years

from .badges import state_badge

EDITIONS = 6  # past assessments whose rays are drawn above the table
PERSON, STANDARD, VERSION_OF = "members.Person", "standards.Standard", "standards.Version"
STATE = TabColumn(_("状态"), lambda row: row.get_state_display(), badge=state_badge)
TERM = TabColumn(_("任期"), lambda row: dates.days(row.starts, row.ends))
KIND = TabColumn(_("职务"), lambda row: row.get_kind_display())
ASSESSED, VERSION = TabColumn(_("评定"), "assessed_on"), TabColumn(_("版本"), "version")


def posts_of_person(app: str, organizer: str, label: Any, heading: Any, *, order: int) -> RecordTab:
    """Return the posts of a person in the organizers of `app`; `organizer` is the field of the post, `label` its column."""
    return RecordTab(
        PERSON,
        "posts",
        _("职务"),
        lambda person: getattr(person, f"{app}_posts").all(),
        (TabColumn(label, organizer), KIND, TERM),
        ("-starts", "pk"),
        order=order,
        part=app,
        heading=heading,
        concerns=lambda row: row.person,
        related=("person", organizer),
        in_history=True,
    )


def posts_of(subject: str, *, order: int) -> RecordTab:
    """Return the posts of an organizer, the model `subject`."""
    return RecordTab(
        subject,
        "posts",
        _("职务"),
        lambda organizer: organizer.posts.all(),
        (TabColumn(_("姓名"), "person"), KIND, TERM),
        ("-starts", "pk"),
        order=order,
        search=lambda rows, text: rows.filter(person__name__icontains=text),
        concerns=lambda row: row.person,
        related=("person__subdistrict",),
        in_history=True,
    )


def _editions(rows: Any) -> dict[str, Any] | None:
    """Return the latest assessments with their rays, None for a single one, which the table shows as well."""
    found = list(rows.with_rays()[:EDITIONS])
    return {"rows": found} if len(found) > 1 else None


def assessments_of(subject: str, *more: TabColumn, **options: Any) -> RecordTab:
    """Return the assessments of a record of the model `subject`, with the columns `more`; `options` are those of `RecordTab`."""
    return RecordTab(
        subject,
        "assessments",
        _("评定"),
        lambda record: record.assessments.all(),
        (TabColumn(_("标准"), "version"), STATE, ASSESSED, *more),
        ("-assessed_on", "-pk"),
        template="standards/_editions.html",
        summary=_editions,
        **{"order": 40, "related": ("version__standard",), "in_history": True, **options},
    )


def evaluations_of(subject: str, **options: Any) -> RecordTab:
    """Return the yearly evaluations of a record of the model `subject`."""
    return RecordTab(
        subject,
        "evaluations",
        _("年度评价"),
        lambda record: record.evaluations.all(),
        (
            TabColumn(_("年度"), lambda row: row.year),
            STATE,
            TabColumn(_("做到"), lambda row: row.met_count(), is_number=True),
            TabColumn(_("结果确定"), "final_on"),
        ),
        ("-pk",),
        template="standards/_editions.html",
        summary=_editions,
        **{"order": 42, "related": ("version__standard",), "in_history": True, **options},
    )


def evaluate_verb(subject: str, form: str) -> RecordVerb:
    """Return the link to the form in which the yearly evaluation of a record of the model `subject` begins."""
    return RecordVerb(
        subject,
        "evaluate",
        _("开始年度评价"),
        form,
        subject.rpartition(".")[2].lower(),
        can_start_evaluation,
        tab="evaluations",
        order=32,
    )


def assessments_by_standard(
    model: Any, label: Any, *, part: str, heading: Any, order: int, **options: Any
) -> RecordTab:
    """Return the assessments of `model` by a standard; `label` is the column of what was assessed."""
    subject = model.SUBJECT
    return RecordTab(
        STANDARD,
        "assessments",
        _("评定"),
        lambda standard: model.objects.filter(version__standard=standard),
        (TabColumn(label, subject), STATE, ASSESSED, VERSION),
        ("-assessed_on", "-pk"),
        order=order,
        part=part,
        heading=heading,
        **{
            "search": lambda rows, text: rows.filter(**{f"{subject}__name__icontains": text}),
            "related": (subject, "version__standard"),
            **options,
        },
    )


def to_look_at_again(model: Any, label: Any, *, part: str, heading: Any, order: int, **options: Any) -> RecordTab:
    """Return the assessments of `model` that are valid today and made by a version before that of the page."""
    return RecordTab(
        VERSION_OF,
        "again",
        _("要重新看的"),
        lambda version: model.objects.of_former_versions(version, clock.today()),
        (TabColumn(label, model.SUBJECT), ASSESSED, TabColumn(_("有效至"), "expires_on"), VERSION),
        ("-assessed_on", "-pk"),
        order=order,
        part=part,
        heading=heading,
        **{"related": (model.SUBJECT, "version__standard"), **options},
    )


def why_again(assessment: Any) -> str:
    """Return that the standard has a newer version than that of the passed `assessment`, "" where it has not.

    `assessment` comes from `with_number_in_force`.
    """
    if assessment is None or assessment.version.number >= (assessment.in_force or 0):
        return ""
    words = _t("现在有效的评定是按第 %(old)d 版做的，标准已经有第 %(new)d 版，要重新看。")
    return words % {"old": assessment.version.number, "new": assessment.in_force}


def can_start_evaluation(user: Any, record: Any) -> bool:
    """Return whether `user` may prepare a yearly evaluation of `record`, and one of an open year is still missing."""
    if has_ended(record) or not can_prepare(user, record):
        return False
    years = open_years(kind_of(record))
    return len(years) > record.evaluations.filter(version__standard__year__in=years).count() if years else False


def can_start_assessment(user: Any, record: Any) -> bool:
    """Return whether `user` may prepare an assessment of `record`, and none is running."""
    return can_prepare(user, record) and not record.assessments.filter(state__in=RUNNING).exists()
