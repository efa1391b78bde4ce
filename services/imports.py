"""Sheets that can be read in: outcomes of organizations, bases and teams, and posts in teams."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bases.models import Base
from chengyang import clock
from chengyang.extensions import ImportKind, ImportRow
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.imports.one_by_one import each, locked
from chengyang.platform.imports.organizers import OrganizerColumns
from chengyang.platform.imports.refusals import ROW_GONE
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Choice, Day, Money, Number, Text
from members.sheet_people import PostImport
from organizations.models import Organization

from . import actions, permissions
from .models import Outcome, OutcomeKind, Post, Team
from .states import OutcomeState

ORGANIZERS = OrganizerColumns(
    {"organization": Organization, "base": Base, "team": Team},
    may=lambda user, organizer: permissions.can_report_outcome(user, organizer),
)


def _offered_kinds() -> dict[str, str]:
    return dict(OutcomeKind.objects.offered().values_list("code", "name"))


def _valid_ones(days: set[Any]) -> Any:
    """Return the outcomes of `days` that were neither refused nor taken back: what was taken back can be reported again."""
    rows = Outcome.objects.filter(happened_on__in=days, reverses__isnull=True).exclude(state=OutcomeState.REFUSED)
    undone = Outcome.objects.filter(reverses__isnull=False, state=OutcomeState.CHECKED)
    return rows.exclude(pk__in=undone.values("reverses"))


class OutcomeImport(ImportKind):
    """成果: outcomes that are reported, and count once somebody else has checked them; none that is there is changed."""

    block_size = 200  # they are written one by one
    code, label, list_name = "outcomes", gettext_lazy("成果"), "services.Outcome"
    read_only = ("数额", "归属", "状态", "核实时间", "为什么更正", "问题")
    columns = (
        InColumn(
            "title",
            gettext_lazy("名称"),
            Text(60),
            names=("成果", "成果名称", "事项"),
            required=True,
            current=lambda row: row.title,
            fixed=True,
            example="助学捐款",
        ),
        InColumn(
            "kind",
            gettext_lazy("类型"),
            Choice(_offered_kinds, {"捐资": "money", "孵化": "firm", "受益": "beneficiaries"}),
            names=("成果类型", "类别"),
            required=True,
            current=lambda row: row.kind_id,
            fixed=True,
            example="捐款",
            hint=gettext_lazy("成果类型里还能选的"),
            options=lambda user: list(_offered_kinds().values()),
        ),
        InColumn(
            "happened_on",
            gettext_lazy("日期"),
            Day(),
            names=("时间", "发生日期"),
            required=True,
            current=lambda row: row.happened_on,
            fixed=True,
            example="2026-03-05",
        ),
        InColumn(
            "amount",
            gettext_lazy("金额（元）"),
            Money(),
            names=("金额", "捐款金额", "折价"),
            current=lambda row: row.amount,
            fixed=True,
            example="5000.00",
            hint=gettext_lazy("按金额算的必填，单位是元"),
        ),
        InColumn(
            "quantity",
            gettext_lazy("数量"),
            Number(1, 10_000_000),
            names=("人数", "受益人数", "家数"),
            current=lambda row: row.quantity,
            fixed=True,
            hint=gettext_lazy("按人算的必填；按家、按件算的不写就是 1"),
        ),
        *ORGANIZERS.columns(),
    )

    def can(self, user: Any) -> bool:
        return access_scope(user).responsible

    def resolve(self, rows: Sequence[ImportRow], user: Any) -> None:
        keys = {row.key for row in rows if row.key}
        known = (
            {row.public_id: row for row in Outcome.objects.visible_to(user).filter(public_id__in=keys)} if keys else {}
        )
        free = [row for row in rows if not row.key]
        for row in rows:
            if row.key:
                row.found = known.get(row.key)
                if row.found is None:
                    row.problems[""] = str(ROW_GONE)
        ORGANIZERS.take(free, user)
        kinds = OutcomeKind.objects.in_bulk(field_name="code")
        for row in free:
            if not row.problems:
                self._check(row, kinds[row.values["kind"]])
        self._find_free([row for row in free if not row.problems])

    def _check(self, row: ImportRow, kind: OutcomeKind) -> None:
        if row.values["happened_on"] > clock.today():  # as `Outcome.clean`, but beside the other problems of the row
            row.problems["happened_on"] = _("日期不能晚于今天。")
        if kind.is_money and row.values.get("amount") is None:
            row.problems["amount"] = _("%(kind)s要写金额。") % {"kind": kind}
        if not kind.is_money and row.values.get("amount") is not None:
            row.problems["amount"] = _("%(kind)s不写金额。") % {"kind": kind}
        if kind.counts_people and row.values.get("quantity") is None:
            row.problems["quantity"] = _("%(kind)s要写数量。") % {"kind": kind}

    def _find_free(self, rows: Sequence[ImportRow]) -> None:
        """Find what was reported already: the same kind, title and day of the same organizer."""
        days = {row.values["happened_on"] for row in rows}
        known = {}
        for outcome in _valid_ones(days) if days else ():
            for name in ORGANIZERS.models:
                if pk := getattr(outcome, f"{name}_id"):
                    known[name, pk, outcome.kind_id, outcome.title, outcome.happened_on] = outcome
        for row in rows:
            row.found = known.get(self._known_as(row))

    @staticmethod
    def _known_as(row: ImportRow) -> tuple[Any, ...]:
        values = row.values
        return (row.refs["column"], row.refs["organizer"].pk, values["kind"], values["title"], values["happened_on"])

    def identity(self, row: ImportRow) -> str:
        return f"outcome:{row.found.pk}" if row.found else ":".join(map(str, self._known_as(row)))

    def lock_keys(self, row: ImportRow) -> list[Any]:
        return ORGANIZERS.lock_keys(row)

    def lock(self, keys: Sequence[list[Any]]) -> None:
        ORGANIZERS.lock(keys)

    def create(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        def report(row: ImportRow) -> Outcome:
            data = {name: row.values[name] for name in Outcome.EDITABLE_FIELDS if row.values.get(name) is not None}
            return actions.report_outcome(row.refs["organizer"], actor=actor, **data)

        return each(rows, report)

    def stored(self, keys: Sequence[Any]) -> dict[Any, Any]:
        return locked(Outcome.objects.all(), keys)

    def take_back(self, rows: Sequence[Any], *, actor: Any, note: str) -> list[Any]:
        return each(rows, lambda outcome: actions.withdraw_outcome(outcome, actor=actor))


class TeamPostImport(PostImport):
    """服务队职务."""

    code, list_name, label = "team-posts", "services.Post", gettext_lazy("服务队职务")
    model, alone = Post, Post.Kind.LEADER
    subject_names = ("服务队名称", "队伍")
    appoint, correct_post, end_post = (
        staticmethod(actions.appoint),
        staticmethod(actions.correct_post),
        staticmethod(actions.end_post),
    )
    may_appoint = staticmethod(
        lambda user, organizer, kind: (
            permissions.can_appoint(user, organizer)
            if kind == Post.Kind.LEADER
            else permissions.can_appoint_volunteer(user, organizer)
        )
    )
