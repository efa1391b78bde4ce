"""The extensions of the home page and /me/; `chengyang.extensions` describes the slots."""

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import CachedPage, GoLiveItem, MenuEntry, PeriodicTask, PublicPage, UpcomingDate, extend
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.workdays import deadlines


def missing_notices(user, first: dt.date, last: dt.date) -> list[UpcomingDate]:
    """Return a reminder for each year whose holidays are not entered: from 1 December also for the next year (U15).

    Only district staff get it, because only they can enter the days.
    """
    if not access_scope(user).district:
        return []
    table = reverse("admin:workdays_workdayexception_changelist")
    text = _t("%(year)d 年放假安排还没有录入，期限暂按法定节假日算")
    return [
        UpcomingDate(max(first, dt.date(year, 1, 1)), text % {"year": year}, table)
        for year in deadlines.years_to_load(first)
    ]


SITE_LINES = {
    "id_code": ("SITE_ID_CODE", _("网站标识码")),
    "icp": ("SITE_ICP", _("工信部备案号")),
    "police": ("SITE_POLICE", _("公安备案号")),
    "mistakes_url": ("SITE_MISTAKES_URL", _("“我为政府网站找错”的网址")),
}


def site_lines() -> list[GoLiveItem]:
    """Return one item for each line of the footer that a government site must show and that the configuration sets (G04, G05)."""
    return [
        GoLiveItem(label, "" if settings.SITE[name] else _t("由维护人员在配置里填"), variable=variable)
        for name, (variable, label) in SITE_LINES.items()
    ]


def pages() -> list[PublicPage]:
    return [PublicPage(reverse(name)) for name in ("home", "figures")]


extend(
    "home",
    cached_pages=[CachedPage(name) for name in ("home", "figures", "robots", "sitemap", "manifest")],
    public_pages=[pages],
    go_live=[site_lines],
    upcoming=[missing_notices],
    menu=[
        MenuEntry("home", _("首页"), order=10, icon="home", where="phone"),
        MenuEntry("figures", _("数字怎么算的"), order=80, place="services"),
        MenuEntry("me:home", _("我的"), order=70, icon="person", also=("/tickets/", "/accounts/"), where="phone"),
    ],
    schedule={"worker-heartbeat": PeriodicTask("chengyang.heartbeat", 15.0)},
)
