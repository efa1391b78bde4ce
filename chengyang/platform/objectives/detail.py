"""The rows about plans, objectives, figures and revisions on the staff site."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.audit.actions import subject_of
from chengyang.platform.files.models import File
from chengyang.platform.staff.links import page_url

from . import owners
from .amounts import amount_text
from .models import Figure, Objective, Plan, Revision
from .progress import how_counted, progress_of, rule, stages
from .states import RevisionKind


def owner_row(row: Any) -> DetailRow:
    """Return whose objectives these are, with the link to its page."""
    owner = row.owner
    return DetailRow(_("谁的"), owners.name_of(owner), url=page_url(owner) if owner is not None else "")


def objectives_row(plan: Plan, *, editable: bool = False) -> DetailRow:
    """Return the row with the objectives of `plan`; of a published one with their progress, of a draft with its verbs."""
    rows = plan.objectives.with_owners().with_checked().prefetch_related("revisions").order_by("order", "pk")
    found = stages(rows)
    words = "\n".join(f"{one.objective.what} {one.objective.metric} {one.progress.target_text}" for one in found)
    data = {"rows": found, "editable": editable, "is_published": plan.is_published, "rule": rule()}
    # a figure that grows meanwhile does not outdate the decision on the plan: the words name the targets only
    return DetailRow(_("目标"), words, template="objectives/_staff_list.html", data=data)


def plan_rows(plan: Plan) -> list[DetailRow]:
    """Return the facts of a plan beside its objectives."""
    return [
        owner_row(plan),
        DetailRow(_("年度"), _("%(year)d 年") % {"year": plan.year}),
        *([DetailRow(_("抄自"), plan.copied_from, url=page_url(plan.copied_from))] if plan.copied_from else []),
        *([DetailRow(_("提交"), plan.submitted_by, dates.stamp(plan.submitted_at))] if plan.submitted_at else []),
        *([DetailRow(_("复核发布"), plan.published_by, dates.stamp(plan.published_at))] if plan.published_at else []),
        *([DetailRow(_("退回理由"), plan.reason)] if plan.reason else []),
    ]


def objective_rows(objective: Objective) -> list[DetailRow]:
    """Return the facts of an objective, and where it stands."""
    at = progress_of(objective)
    records = reverse("admin:objectives_objective_records", args=[objective.pk]) if objective.metric else ""
    return [
        owner_row(objective),
        DetailRow(_("年度目标"), objective.plan, url=page_url(objective.plan)),
        DetailRow(_("目标"), at.target_text),
        DetailRow(
            _("做了"), amount_text(at.done, objective.unit), _("看记录") if records else "", url=records, live=True
        ),
        DetailRow(_("进度"), f"{at.label}：{at.light.label}", live=True, template="objectives/_bar.html", data=at),
        DetailRow(_("怎么算的"), how_counted(objective), rule()),
        DetailRow(_("时间"), dates.days(objective.starts, objective.ends)),
        *([DetailRow(_("多久填一次数"), objective.get_every_display())] if objective.every else []),
        *([DetailRow(_("说明"), objective.note)] if objective.note else []),
        *(
            [DetailRow(_("不再做"), dates.full_day(objective.dropped_on), objective.dropped_why)]
            if objective.dropped_on
            else []
        ),
    ]


def figure_rows(figure: Figure, user: Any) -> list[DetailRow]:
    """Return what a figure says, and what shows it."""
    objective = figure.objective
    label, key = subject_of(figure)
    found = File.objects.visible_to(user).filter(attached_to=label, attached_id=key)
    return [
        owner_row(figure),
        DetailRow(_("目标"), objective, amount_text(objective.target, objective.unit), url=page_url(objective)),
        DetailRow(_("数"), figure.text),
        DetailRow(_("哪天"), dates.full_day(figure.on)),
        *([DetailRow(_("冲回"), figure.reverses, url=page_url(figure.reverses))] if figure.reverses else []),
        DetailRow(_("为什么冲回") if figure.reverses_id else _("是什么"), figure.note),
        *([DetailRow(_("记录"), figure.link, url=figure.link)] if figure.link else []),
        *[DetailRow(_("材料"), file.name, url=file.get_absolute_url()) for file in found],
        DetailRow(_("填报"), figure.entered_by or "—", dates.stamp(figure.entered_at)),
        *(
            [DetailRow(_("核对"), figure.checked_by or "—", dates.stamp(figure.checked_at))]
            if figure.checked_at
            else []
        ),
        *([DetailRow(_("没有采信的理由"), figure.reason)] if figure.reason else []),
    ]


def revision_rows(revision: Revision) -> list[DetailRow]:
    """Return what a revision changes, and why."""
    objective = revision.objective
    before = amount_text(revision.before, objective.unit) if revision.before is not None else "—"
    after = amount_text(revision.target, objective.unit) if revision.target is not None else _("不再做")
    is_new = revision.kind == RevisionKind.ADD
    return [
        owner_row(revision),
        DetailRow(_("年度目标"), objective.plan, url=page_url(objective.plan)),
        DetailRow(_("目标"), objective, url=page_url(objective)),
        DetailRow(_("怎么改"), revision.get_kind_display()),
        DetailRow(_("改成"), after if is_new else _("%(before)s → %(after)s") % {"before": before, "after": after}),
        *([DetailRow(_("怎么算的"), how_counted(objective))] if is_new else []),
        DetailRow(_("为什么"), revision.reason),
        DetailRow(_("提出"), revision.asked_by or "—", dates.stamp(revision.asked_at)),
        *(
            [DetailRow(_("复核"), revision.decided_by or "—", dates.stamp(revision.decided_at))]
            if revision.decided_at
            else []
        ),
        *([DetailRow(_("没有同意的理由"), revision.answer)] if revision.answer else []),
    ]
