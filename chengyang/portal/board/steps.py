"""The seven steps with their figures, each counted from records by a registered metric (domain.md, "七步")."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengyang import extensions
from chengyang.platform.web import content
from chengyang.platform.web.fragments import per_version


@dataclass(frozen=True)
class Step:
    """One of the seven steps: its label, the code of its metric and what the metric counts.

    `records` is the text of the link to the public page `url` (with `query`) that lists what is counted; empty where no
    public page lists it.
    """

    label: Any
    metric: str
    what: Any
    records: Any = ""
    url: str = ""
    query: str = ""


STEPS = (
    Step(_("人员聚起来"), "persons", _("入册的四类人士")),
    Step(_("组织建起来"), "organizations", _("区、街道联谊组织"), _("看有哪些组织"), "organizations:list"),
    Step(_("平台搭起来"), "bases", _("实践创新基地"), _("看有哪些基地"), "bases:list"),
    Step(
        _("活动嗨起来"),
        "activities_in_programmes",
        _("四个活动项目的活动"),
        _("看办过的活动"),
        "activities:calendar",
        "?view=past&programme=xin&programme=qu&programme=zhi&programme=li",
    ),
    Step(_("品牌亮起来"), "brands", _("服务品牌")),
    Step(_("服务强起来"), "xinxin_attendances", _("新心行动服务人次")),
    Step(_("代表用起来"), "representatives", _("按“四有”标准选出"), _("看“四有”是什么"), "standards:list"),
)


@dataclass(frozen=True)
class Figure:
    """A step with its value of today."""

    step: Step
    value: Any
    unit: str
    how_counted: str


def figures() -> tuple[Figure, ...]:
    """Return the seven steps with their values, for the whole district; counted once for a version of the public pages."""
    return per_version("board.figures", _count, names=(content.SITE, content.PLACES))


def _count() -> tuple[Figure, ...]:
    found = []
    for step in STEPS:
        metric = extensions.metric(step.metric)
        found.append(Figure(step, metric.of(), metric.unit, metric.how_counted))
    return tuple(found)
