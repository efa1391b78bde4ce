"""The extensions of the board; `chengyang.extensions` describes the slots."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import (
    CODE_VALUE,
    CachedPage,
    JobKind,
    MenuEntry,
    PeriodicTask,
    PublicPage,
    Section,
    StaffPage,
    extend,
)
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.links import page_url
from chengyang.platform.web import content

from . import actions, report_steps, watching  # noqa: F401  (`watching` listens to `post_migrate`)
from .keeping import VERSION

EVERY = 20.0  # seconds; the board promises to be at most a minute old


def _pages():
    return [PublicPage(reverse("board:results"))]


def _report_url(job):
    return page_url(job.report) if hasattr(job, "report") else ""


def _versions(captured):
    return (VERSION,)


extend(
    "board",
    schedule={"board": PeriodicTask("board.refresh", EVERY)},
    job_kinds=[JobKind(actions.KIND, _("出报告"), report_steps.step, unit=_("个数字"), url=_report_url)],
    staff_pages=[
        StaffPage(Section.FIGURES, "board:board", _("七步看板"), lambda user: access_scope(user).responsible),
    ],
    menu=[
        MenuEntry("board:results", _("成果"), order=70, where="wide"),
        MenuEntry("board:results", _("工作成果"), order=35, place="services"),
    ],
    public_pages=[_pages],
    cached_pages=[
        CachedPage("board:results", {"period": CODE_VALUE}, _versions),
        CachedPage("board:results-sheet", {}, _versions),
    ],
    content={
        "report.fetched": content.nothing,
        **dict.fromkeys(("report.made", "report.edited", "report.withdrawn", "report.restored"), content.unpublished),
    },
    audit_verbs={
        "report.made": _("出报告"),
        "report.edited": _("修改报告的备注"),
        "report.withdrawn": _("作废报告"),
        "report.restored": _("恢复报告"),
        "report.fetched": _("下载报告"),
    },
)
