"""The paper about a plan: the objectives of a year, and how far they are."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Paper, PaperField, PaperRows
from chengyang.extensions.papers import Line, Signatures, Table, Title
from chengyang.lib.chinese import dates

from . import owners
from .amounts import amount_text
from .models import Plan
from .progress import how_counted, progress_of, rule


def _rows(plan: Plan) -> Any:
    rows = plan.objectives.agreed() if plan.is_published else plan.objectives.all()
    return rows.with_owners().with_checked().order_by("order", "pk")


def _light(row: Any) -> Any:
    at = progress_of(row)
    return f"{at.percent}%，{at.light.label}" if row.is_agreed else row.plan.get_state_display()


ROWS = PaperRows(
    "目标",
    _("这一年的目标"),
    _rows,
    (
        PaperField("做什么", _("做什么"), "办新媒体公益课", lambda row: row.what),
        PaperField("目标数", _("目标数和单位"), "24 场", lambda row: amount_text(row.target, row.unit)),
        PaperField("做了", _("到今天做了多少"), "19 场", lambda row: amount_text(progress_of(row).done, row.unit)),
        PaperField("进度", _("完成的比例和快慢"), "79%，跟上", _light),
        PaperField("怎么算", _("这个数从哪里来"), "从记录里数：已结束的活动", how_counted),
    ),
)
PAPERS = [
    Paper(
        "objectives",
        _("年度目标表"),
        _("一年的目标和到今天的进度，每项一行。"),
        "objectives.Plan",
        (
            Title(_("{{ 谁的 }} {{ 年度 }} 年度目标")),
            Line(_("{{ 状态 }}，进度截至 {{ 今天 }}"), "center"),
            Table(
                "目标",
                (
                    (_("序号"), "序号", 13),
                    (_("做什么"), "做什么", 45),
                    (_("目标"), "目标数", 24),
                    (_("做了"), "做了", 24),
                    (_("进度"), "进度", 26),
                    (_("怎么算的"), "怎么算", 38),
                ),
            ),
            Line(_("{{ 规则 }}")),
            Signatures((_("填表"), _("复核"))),
        ),
        (
            PaperField(
                "谁的", _("组织、基地、服务队、街道或全区"), "新媒体从业人员联谊会", lambda p: owners.name_of(p.owner)
            ),
            PaperField("年度", _("哪一年"), "2026", lambda plan: plan.year),
            PaperField("状态", _("起草中、待复核或已发布"), "已发布", lambda plan: plan.get_state_display()),
            PaperField("今天", _("今天的日期"), "2026年11月28日", lambda plan: dates.full_day(clock.today())),
            PaperField("规则", _("快慢是怎么看的"), "完成的比例比时间过去的比例少，就是“慢了”。", lambda plan: rule()),
        ),
        (ROWS,),
        order=10,
        related=owners.KINDS,
    )
]
