"""Activities that have taken place, read in from a sheet."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bases.models import Base
from chengyang import clock
from chengyang.extensions import ImportKind, ImportRow
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.imports.one_by_one import each, locked
from chengyang.platform.imports.organizers import OrganizerColumns
from chengyang.platform.imports.refusals import ROW_GONE
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Choice, Moment, Number, RowChoice, Text
from organizations.models import Organization

from .. import actions, permissions
from ..models import Activity, Programme
from ..states import ActivityState
from .times import on_day

STARTS, ENDS = "starts", "ends"
ORGANIZERS = OrganizerColumns(
    {"organization": Organization, "team": Activity._meta.get_field("team").related_model},
    may=lambda user, organizer: _may_draft(user, organizer),
    may_be_none=True,
)


def _may_draft(user: Any, organizer: Any) -> bool:
    name = type(organizer).__name__.lower()
    return permissions.can_draft_activity(user, Activity(subdistrict=organizer.subdistrict, **{name: organizer}))


class PastActivityImport(ImportKind):
    """办过的活动: activities that have taken place and are entered later; none that is there is changed."""

    block_size = 100  # they are written one by one
    code, label, list_name = "past-activities", gettext_lazy("办过的活动"), "activities.Activity"
    read_only = ("主办", "状态", "名额", "已占名额", "问题")
    columns = (
        InColumn(
            "title",
            gettext_lazy("名称"),
            Text(30),
            names=("活动", "活动名称", "主题", "活动主题"),
            required=True,
            current=lambda row: row.title,
            fixed=True,
            example="新心行动义诊",
        ),
        InColumn(
            "kind",
            gettext_lazy("类别"),
            Choice(lambda: dict(Activity.Kind.choices), {"志愿": "volunteer", "培训": "training", "座谈": "meeting"}),
            names=("活动类别", "类型", "活动类型"),
            required=True,
            current=lambda row: row.kind,
            fixed=True,
            example="志愿服务",
            hint=gettext_lazy("只有志愿服务记时长"),
            options=lambda user: [str(label) for label in Activity.Kind.labels],
        ),
        InColumn(
            STARTS,
            gettext_lazy("开始"),
            Moment(),
            names=("开始时间", "活动时间", "时间"),
            required=True,
            current=lambda row: row.starts,
            fixed=True,
            example="2026-03-05 14:00",
        ),
        InColumn(
            ENDS,
            gettext_lazy("结束"),
            Moment(alone=True),
            names=("结束时间",),
            required=True,
            current=lambda row: row.ends,
            fixed=True,
            example="16:00",
            hint=gettext_lazy("当天结束的可以只写几点几分"),
        ),
        *ORGANIZERS.columns(),
        InColumn(
            "base",
            gettext_lazy("基地"),
            RowChoice(lambda: Base.objects.order_by("name")),
            names=("基地名称", "所在基地"),
            current=lambda row: row.base,
            fixed=True,
            hint=gettext_lazy("在哪个基地办；没有写组织、服务队的，就是基地主办"),
            options=lambda user: [row.name for row in Base.objects.visible_to(user).order_by("name")],
        ),
        InColumn(
            "subdistrict",
            gettext_lazy("负责的街道"),
            RowChoice(lambda: Subdistrict.objects.order_by("pk")),
            names=("街道", "所属街道"),
            current=lambda row: row.subdistrict,
            fixed=True,
            hint=gettext_lazy("街道自己办的才写"),
        ),
        InColumn(
            "programme",
            gettext_lazy("活动项目"),
            RowChoice(lambda: Programme.objects.order_by("pk")),
            names=("项目",),
            current=lambda row: row.programme,
            fixed=True,
            options=lambda user: [row.name for row in Programme.objects.order_by("pk")],
        ),
        InColumn(
            "place",
            gettext_lazy("地点"),
            Text(60),
            names=("活动地点",),
            current=lambda row: row.place,
            fixed=True,
        ),
        InColumn(
            "summary",
            gettext_lazy("简介"),
            Text(300),
            names=("内容", "活动内容"),
            current=lambda row: row.summary,
            fixed=True,
        ),
        InColumn(
            "headcount",
            gettext_lazy("现场点数"),
            Number(0, 100_000),
            names=("人数", "参加人数", "到场人数"),
            current=lambda row: row.headcount,
            fixed=True,
            hint=gettext_lazy("现场有多少人"),
        ),
    )

    def can(self, user: Any) -> bool:
        return permissions.manages_activities(access_scope(user))

    def resolve(self, rows: Sequence[ImportRow], user: Any) -> None:
        keys = {row.key for row in rows if row.key}
        managed = Activity.objects.managed_by(user).select_related("base", "subdistrict", "programme")
        known = {row.public_id: row for row in managed.filter(public_id__in=keys)} if keys else {}
        free = [row for row in rows if not row.key]
        for row in rows:
            if row.key and (found := known.get(row.key)):
                row.found = found
            elif row.key:
                row.problems[""] = str(ROW_GONE)
        ORGANIZERS.take(free, user)
        own = _own_subdistrict(user)
        for row in free:
            if not row.problems:
                self._check(row, user, own)
        self._find_free([row for row in free if not row.problems])

    def _check(self, row: ImportRow, user: Any, own: Any) -> None:
        values, organizer = row.values, row.refs["organizer"]
        values[ENDS] = on_day(values[ENDS], timezone.localdate(values[STARTS]))
        if values[ENDS] <= values[STARTS]:
            row.problems[ENDS] = _("结束时间要晚于开始时间。")
        elif values[ENDS] > clock.now():
            row.problems[ENDS] = _("还没有结束；要让人报名的活动，请在“新增活动”里填。")
        fields = {name: values[name] for name in Activity.EDITABLE_FIELDS if values.get(name) not in (None, "")}
        fields |= {row.refs["column"]: organizer} if organizer else {}
        if not organizer and "base" not in fields:
            fields.setdefault("subdistrict", own)
        row.refs["fields"] = fields
        subdistrict = getattr(organizer or fields.get("base"), "subdistrict", None) or fields.get("subdistrict")
        if not permissions.can_draft_activity(user, Activity(**{**fields, "subdistrict": subdistrict})):
            row.problems["base" if "base" in fields else "subdistrict"] = _("这场活动不归你管，请写你负责的主办。")

    def _find_free(self, rows: Sequence[ImportRow]) -> None:
        """Find what is there already: the same title and day of the same organizer."""
        if not rows:
            return
        first, last = (choose(row.values[STARTS] for row in rows) for choose in (min, max))
        there = Activity.objects.exclude(state=ActivityState.CANCELLED).filter(
            title__in={row.values["title"] for row in rows},
            starts__gte=first - dt.timedelta(days=1),
            starts__lt=last + dt.timedelta(days=1),
        )
        known = {
            self._known_as(activity): activity
            for activity in there.select_related("organization", "team", "base", "subdistrict", "programme")
        }
        for row in rows:
            row.found = known.get(self._known_as(Activity(**row.refs["fields"])))

    @staticmethod
    def _known_as(activity: Activity) -> tuple[Any, ...]:
        return (activity.title, activity.first_day, activity.organization_id, activity.team_id, activity.base_id)

    def identity(self, row: ImportRow) -> str:
        known = self._known_as(row.found or Activity(**row.refs["fields"]))
        return ":".join(map(str, known))

    def lock_keys(self, row: ImportRow) -> list[Any]:
        return ORGANIZERS.lock_keys(row)

    def lock(self, keys: Sequence[list[Any]]) -> None:
        ORGANIZERS.lock(keys)

    def create(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        def enter(row: ImportRow) -> Activity:
            return actions.enter_past_activity(actor=actor, headcount=row.values.get("headcount"), **row.refs["fields"])

        return each(rows, enter)

    def stored(self, keys: Sequence[Any]) -> dict[Any, Any]:
        return locked(Activity.objects.all(), keys)

    def take_back(self, rows: Sequence[Any], *, actor: Any, note: str) -> list[Any]:
        return each(rows, lambda activity: actions.delete_past_activity(activity, actor=actor))


def _own_subdistrict(user: Any) -> Subdistrict | None:
    """Return the subdistrict of an officer of one, in whose name an activity without an organizer is entered."""
    scope = access_scope(user)
    return Subdistrict.objects.filter(pk__in=scope.subdistricts).first() if not scope.district else None
