"""The paper about a yearly evaluation: each item with what was said, counted and found."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Paper, PaperField
from chengyang.extensions.papers import Cell, Form, Line, Signatures, Title, label
from chengyang.lib.chinese import dates

from .shown import number_of

TABLES = {"organization": "organizations.Evaluation", "base": "bases.Evaluation", "team": "services.Evaluation"}


def _items(evaluation: Any) -> str:
    """Return a line for each item: its name, the number, what was said and what was found."""
    lines = []
    for place, (criterion, finding) in enumerate(evaluation.rows(), 1):
        number = number_of(evaluation, criterion, finding) if criterion.metric else None
        stated = _t("自述：%(note)s") % {"note": finding["note"]} if finding.get("note") else ""
        parts = [number.text if number else "", stated, finding.label or _t("还没有评"), finding.get("reason", "")]
        lines.append(f"{place}. {criterion.name}：{'；'.join(part.rstrip('。') for part in parts if part)}。")
    return "\n".join(lines)


def _result(evaluation: Any) -> str:
    words = {"state": evaluation.get_state_display(), "n": evaluation.met_count(), "of": len(evaluation.criteria)}
    return _t("%(state)s，%(of)d 项里做到 %(n)d 项") % words


def _appeal(evaluation: Any) -> str:
    parts = [evaluation.appeal, evaluation.decision]
    return "\n".join(part for part in parts if part) or _t("没有")


def _day(day: Any) -> str:
    return dates.full_day(day) if day else ""


PAPERS = [
    Paper(
        f"evaluation_{kind}",
        _("年度评价表"),
        _("一年的评价：每一项的数、自述和结论。"),
        subject,
        (
            Title(_("{{ 谁 }} {{ 年度 }} 年度评价表")),
            Form(
                (28, 142),
                (
                    (label(_("评价办法")), Cell("{{ 办法 }}")),
                    (label(_("逐项")), Cell("{{ 逐项 }}")),
                    (label(_("结果")), Cell("{{ 结果 }}")),
                    (label(_("申诉和答复")), Cell("{{ 申诉 }}")),
                    (label(_("结果确定")), Cell("{{ 结果确定 }}")),
                ),
                (12, 90, 14, 24, 12),
            ),
            Line(_("初评：{{ 初评 }}　　复核：{{ 复核 }}")),
            Signatures((_("被评价单位"), _("初评"), _("复核"))),
        ),
        (
            PaperField("谁", _("被评价的组织、基地或服务队"), "新媒体从业人员联谊会", lambda row: row.subject),
            PaperField("年度", _("哪一年"), "2026", lambda row: row.year),
            PaperField("办法", _("按哪一版评价办法"), "2026 年组织评价办法 第 1 版", lambda row: row.version),
            PaperField("逐项", _("每一项的数、自述和结论"), "1. 办活动：2026 年办的活动 12 场；做到。", _items),
            PaperField("结果", _("结果"), "没有全做到，6 项里做到 5 项", _result),
            PaperField("申诉", _("申诉和答复"), "没有", _appeal),
            PaperField("结果确定", _("哪天确定"), "2027年1月20日", lambda row: _day(row.final_on)),
            PaperField("初评", _("初评的日期"), "2027年1月5日", lambda row: _day(row.found_on)),
            PaperField("复核", _("复核的日期"), "2027年1月6日", lambda row: _day(row.assessed_on)),
        ),
        order=30,
        related=(kind, "version__standard"),
    )
    for kind, subject in TABLES.items()
]
