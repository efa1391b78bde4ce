"""What the pages of records of several apps have alike: columns, the tabs of posts and assessments, starting an assessment."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import RecordTab, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.standards.permissions import can_prepare
from chengyang.platform.standards.states import AssessmentState

from .badges import state_badge

PERSON, STANDARD = "members.Person", "standards.Standard"
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


def assessments_of(subject: str, *more: TabColumn, **options: Any) -> RecordTab:
    """Return the assessments of a record of the model `subject`, with the columns `more`; `options` are those of `RecordTab`."""
    return RecordTab(
        subject,
        "assessments",
        _("评定"),
        lambda record: record.assessments.all(),
        (TabColumn(_("标准"), "version"), STATE, ASSESSED, *more),
        ("-assessed_on", "-pk"),
        **{"order": 40, "related": ("version__standard",), "in_history": True, **options},
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


def can_start_assessment(user: Any, record: Any) -> bool:
    """Return whether `user` may prepare an assessment of `record`, and none is running."""
    running = (AssessmentState.OPEN, AssessmentState.SUBMITTED)
    return can_prepare(user, record) and not record.assessments.filter(state__in=running).exists()
