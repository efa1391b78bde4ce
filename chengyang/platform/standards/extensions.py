"""Extensions of the app `standards`; the slots are described in `chengyang.extensions`."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import CachedPage, MenuEntry, PublicPage, RecordTab, TabColumn, extend
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope

from .metrics import METRICS
from .models import Standard


def _pages():
    yield PublicPage(reverse("standards:list"))
    yield from (PublicPage(row.get_absolute_url()) for row in Standard.objects.all())


VERSIONS = RecordTab(
    "standards.Standard",
    "versions",
    _("版本"),
    lambda standard: standard.versions.all(),
    (
        TabColumn(_("版本"), str),
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

extend(
    "standards",
    public_pages=[_pages],
    record_tabs=[VERSIONS],
    menu=[
        MenuEntry("standards:list", _("标准"), order=60, where="wide"),
        MenuEntry("standards:list", _("标准手册"), order=30, place="services"),
    ],
    metrics=METRICS,
    notice_kinds={"standards": _("评定")},
    cached_pages=[CachedPage("standards:list"), CachedPage("standards:detail")],
    audit_verbs={
        "assessment.started": _("开始评定"),
        "assessment.recorded": _("填写评定"),
        "assessment.submitted": _("提交评定"),
        "assessment.returned": _("退回评定"),
        "assessment.finished": _("完成评定"),
    },
)
