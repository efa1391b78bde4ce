"""Extensions of the app `standards`; the slots are described in `chengyang.extensions`."""

from celery.schedules import crontab
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import extensions
from chengyang.extensions import (
    CachedPage,
    DeadlineRows,
    MenuEntry,
    Panel,
    PeriodicTask,
    PublicPage,
    RecordTab,
    RecordVerb,
    TabColumn,
    UpcomingDate,
    extend,
)
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.web import content

from .evaluation_papers import PAPERS
from .metrics import METRICS
from .models import Standard, Version
from .own import tasks_of
from .panels import PANELS
from .people import record_url
from .permissions import can_edit_version
from .states import WITH_OFFICERS, AssessmentState
from .subjects import all_tables

ORGANIZERS = ("organization", "base", "team")


def _pages():
    yield PublicPage(reverse("standards:list"))
    yield from (PublicPage(row.get_absolute_url()) for row in Standard.objects.published())
    yield from (PublicPage(row.get_absolute_url()) for row in Version.objects.published().select_related("standard"))
    for table in extensions.evaluation_tables():
        yield from (
            PublicPage(reverse("standards:evaluation", args=[table.code(), public_id]))
            for public_id in table.objects.published().values_list("public_id", flat=True)
        )


def _waiting(kind):
    """Return the function that returns the assessments of `kind` that wait for an officer until a day."""

    def rows():
        tables = [table for table in all_tables() if kind == table.code()]
        return tables[0].objects.filter(state__in=WITH_OFFICERS) if tables else Version.objects.none()

    return rows


def _put_right(user, first, last):
    """Return by when subjects that `user` is responsible for, or manages, put something right; at most ten."""
    found = []
    for table in extensions.assessment_tables():
        rows = table.objects.visible_to(user).filter(state=AssessmentState.FAILED, due_on__range=(first, last))
        for row in rows.select_related(table.SUBJECT, "version__standard").order_by("due_on", "pk")[:10]:
            about = {"subject": row.subject, "standard": row.version.standard}
            found.append(UpcomingDate(row.due_on, _t("%(subject)s“%(standard)s”整改到期") % about, record_url(row)))
    return sorted(found, key=lambda date: date.on)[:10]


def _mine(request, subject):
    return {"rows": rows} if (rows := tasks_of(request.user)) else None


VERSIONS = RecordTab(
    "standards.Standard",
    "versions",
    _("版本"),
    lambda standard: standard.versions.all(),
    (
        TabColumn(_("版本"), str),
        TabColumn(_("状态"), lambda version: version.get_state_display()),
        TabColumn(
            _("发布"),
            lambda version: dates.partial(version.published_text) if version.published_text else version.published_on,
        ),
    ),
    ("-number", "pk"),
    order=10,
    related=("standard",),
    visible=lambda rows, user: rows if access_scope(user).district else rows.filter(published_on__isnull=False),
)

ADD = RecordVerb(
    "standards.Version", "add-criterion", _("加一项"), "standards_criterion", "version", can_edit_version, order=10
)

extend(
    "standards",
    public_pages=[_pages],
    record_tabs=[VERSIONS],
    papers=PAPERS,
    menu=[
        MenuEntry("standards:list", _("标准"), order=60, where="wide"),
        MenuEntry("standards:list", _("标准手册"), order=30, place="services"),
    ],
    metrics=METRICS,
    notice_kinds={"standards": _("评定")},
    cached_pages=[
        CachedPage("standards:list"),
        CachedPage("standards:detail"),
        CachedPage("standards:version"),
        CachedPage("standards:evaluation"),
    ],
    schedule={"standards": PeriodicTask("standards.remind", crontab(hour=8, minute=10))},
    deadlines=[
        DeadlineRows(Version.objects.waiting),
        *(DeadlineRows(_waiting(kind)) for kind in ("person", *ORGANIZERS, *(f"{kind}-year" for kind in ORGANIZERS))),
    ],
    record_verbs=[ADD],
    upcoming=[_put_right],
    panels=[Panel("me.tasks", "standards/_mine.html", _mine, order=60), *PANELS],
    content=dict.fromkeys(
        (
            *(f"assessment.{verb}" for verb in ("started", "recorded", "taken_back", "found", "returned", "sent_back")),
            *(f"assessment.{verb}" for verb in ("put_right", "reminded", "discarded", "resumed")),
            *(
                f"version.{verb}"
                for verb in ("drafted", "edited", "submitted", "taken_back", "returned", "return_undone")
            ),
            *("version.discarded", "standard.created", "standard.renamed", "standard.removed"),
            *(f"criterion.{verb}" for verb in ("added", "edited", "moved", "removed")),
        ),
        content.unpublished,
    ),
    audit_verbs={
        "assessment.started": _("开始评定"),
        "assessment.recorded": _("填写评定"),
        "assessment.submitted": _("提交评定"),
        "assessment.taken_back": _("拿回评定"),
        "assessment.found": _("初评"),
        "assessment.returned": _("退回评定"),
        "assessment.sent_back": _("退回初评"),
        "assessment.discarded": _("不评了"),
        "assessment.resumed": _("接着评"),
        "assessment.finished": _("完成评定"),
        "assessment.amended": _("改后同意评定"),
        "assessment.put_right": _("填写整改"),
        "assessment.reminded": _("提醒整改"),
        "assessment.appealed": _("对评定申诉"),
        "assessment.appeal_decided": _("答复对评定的申诉"),
        "assessment.decision_undone": _("撤销对评定的决定"),
        "standard.created": _("建立标准"),
        "standard.renamed": _("标准改名"),
        "standard.removed": _("删去标准"),
        "version.drafted": _("起草标准的新一版"),
        "version.edited": _("修改标准草案"),
        "version.submitted": _("提交标准草案"),
        "version.taken_back": _("拿回标准草案"),
        "version.returned": _("退回标准草案"),
        "version.return_undone": _("撤销退回标准草案"),
        "version.published": _("复核并发布标准"),
        "version.discarded": _("删去标准草案"),
        "criterion.added": _("加上评定项"),
        "criterion.edited": _("修改评定项"),
        "criterion.moved": _("挪动评定项"),
        "criterion.removed": _("去掉评定项"),
    },
)
