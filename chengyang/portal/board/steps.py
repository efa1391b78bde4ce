"""The seven steps with their figures, each counted from records by a registered metric (domain.md, "七步")."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengyang import extensions
from chengyang.platform.web import content
from chengyang.platform.web.fragments import per_version

from . import board as boards
from .results import shown


@dataclass(frozen=True)
class Step:
    """One of the seven steps on the home page: its code, the code of its metric and what the metric counts.

    `records` is the text of the link to the public page `url` (with `query`) that lists what is counted; empty where no
    public page lists it.
    """

    code: str
    metric: str
    what: Any
    records: Any = ""
    url: str = ""
    query: str = ""

    @property
    def label(self) -> Any:
        return boards.STEPS[self.code]


STEPS = (
    Step("people", "persons", _("入册的四类人士")),
    Step("organizations", "organizations", _("区、街道联谊组织"), _("看有哪些组织"), "organizations:list"),
    Step("bases", "bases", _("实践创新基地"), _("看有哪些基地"), "bases:list"),
    Step(
        "activities",
        "activities_in_programmes",
        _("四个活动项目的活动"),
        _("看办过的活动"),
        "activities:calendar",
        "?view=past&programme=xin&programme=qu&programme=zhi&programme=li",
    ),
    Step("brands", "brands", _("服务品牌")),
    Step("services", "xinxin_attendances", _("新心行动服务人次")),
    Step("representatives", "representatives", _("按“四有”标准选出"), _("看“四有”是什么"), "standards:list"),
)


@dataclass(frozen=True)
class Figure:
    """A step with its value of today, None where it would tell a number of one to four persons."""

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
        metric = extensions.public_metric(extensions.metric(step.metric))
        found.append(Figure(step, shown(metric, metric.of()), metric.unit, metric.how_counted))
    return tuple(found)
