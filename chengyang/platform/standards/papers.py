"""The print page of an assessment: what its subject says of each criterion, what was found, and who decided."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Paper, PaperField, PaperRows
from chengyang.extensions.papers import Cell, Form, Line, Signatures, Table, Title, label
from chengyang.lib.chinese import dates

from .models import Assessment
from .shown import Shown, shown_of


def assessment_paper(model: type[Assessment], heading: Any, *, order: int = 10) -> Paper:
    """Return the print page of an assessment of the table `model`, with the title `heading`."""
    is_person = model.SUBJECT == "person"

    def field(name: str, about: Any, example: Any, value: Callable[[Any], Any]) -> PaperField:
        return PaperField(name, about, example, value, personal=is_person)

    rows = PaperRows(
        "评定项",
        _("标准里的每一项"),
        None,
        (
            field("名称", _("评定项"), "有阵地", lambda one: one.criterion.name),
            field("自述", _("怎么做到的，有哪些依据"), "三层，展厅和会客厅", _stated),
            field("结论", _("做到、部分做到、还没做到"), "做到", lambda one: one.finding.label),
            field("理由", _("为什么，哪天前补好"), "", _reason),
        ),
        items=shown_of,
    )
    return Paper(
        f"assessment_{model.SUBJECT}",
        _("评定表"),
        _("逐项的自述、依据和结论，谁初评、谁复核。"),
        model._meta.label,
        (
            Title(heading),
            Form(
                (28, 58, 28, 58),
                (
                    (label(_("对　象")), Cell("{{ 对象 }}"), label(_("标　准")), Cell("{{ 标准 }}")),
                    (label(_("状　态")), Cell("{{ 状态 }}"), label(_("有效至")), Cell("{{ 有效至 }}")),
                    (label(_("初　评")), Cell("{{ 初评 }}"), label(_("复　核")), Cell("{{ 复核 }}")),
                ),
                heights=(11, 11, 11),
            ),
            Table(
                "评定项",
                (
                    *((_("序号"), "序号", 12), (_("评定项"), "名称", 28), (_("自述和依据"), "自述", 66)),
                    *((_("结论"), "结论", 22), (_("理由和整改"), "理由", 44)),
                ),
            ),
            Line("{{ 申诉 }}"),
            Signatures((_("对象负责人"), _("初评人"), _("复核人"), _("日期"))),
        ),
        (
            field("对象", _("评定对象"), "新心向阳", lambda row: row.subject),
            field("标准", _("标准和版本"), "六有 第 1 版", lambda row: row.version),
            field("状态", _("状态"), "达标", lambda row: row.get_state_display()),
            field("有效至", _("有效至"), "2027年3月17日", lambda row: _day(row.expires_on)),
            field("初评", _("初评人和日期"), "孙立群 2026年3月10日", lambda row: _who(row.found_by, row.found_on)),
            field("复核", _("复核人和日期"), "周明 2026年3月18日", lambda row: _who(row.assessed_by, row.assessed_on)),
            field("申诉", _("申诉和答复，没有就空着"), "", _appeal),
        ),
        (rows,),
        order=order,
        concerns=(lambda row: row.person) if is_person else None,
        related=(model.SUBJECT, "version__standard", "found_by", "assessed_by"),
        has_word=False,
    )


def _day(day: Any) -> str:
    return dates.full_day(day) if day else "—"


def _who(account: Any, day: Any) -> str:
    return f"{account} {dates.full_day(day) if day else ''}".strip() if account else "—"


def _stated(one: Shown) -> str:
    """Return what the subject says of a criterion, the names of its files, and the number that was counted."""
    fixed = one.finding.fixed
    parts = [one.finding.get("note", ""), one.finding.get("link", ""), *(file.name for file in one.files)]
    if fixed:
        parts += [_t("%(day)s已补：%(note)s") % {"day": _day(one.finding.fixed_on), "note": fixed.get("note", "")}]
        parts += [file.name for file in one.fixed_files]
    if one.number:
        about = {"label": one.number.label, "n": one.number.value, "unit": one.number.unit}
        parts.append(_t("%(label)s %(n)s %(unit)s") % about)
    return "；".join(part for part in parts if part)


def _reason(one: Shown) -> str:
    due = one.finding.due_on if not one.finding.met else None
    by = _t("%(day)s前补好") % {"day": dates.full_day(due)} if due else ""
    return "；".join(part for part in (one.finding.get("reason", ""), by) if part)


def _appeal(row: Assessment) -> str:
    if not row.appeal:
        return ""
    text = _t("申诉：%(text)s") % {"text": row.appeal}
    return f"{text}　{_t('答复：%(text)s') % {'text': row.decision}}" if row.decision else text
