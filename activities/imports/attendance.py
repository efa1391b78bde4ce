"""Who attended activities that are over, read in from a sheet: the list of sign-ups with its times filled in, or a list of names."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.errors import ActionError
from chengyang.extensions import ImportKind, ImportRow
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.imports.one_by_one import each, locked
from chengyang.platform.imports.refusals import OTHER_ROW, ROW_GONE
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Day, Moment, Text
from members.models import Person
from members.sheet_people import PERSON, find_people, is_other_person, person_columns

from .. import actions, permissions
from ..models import Activity, Signup
from .times import on_day

ACTIVITY, DAY = "activity", "activity__starts"
CAME, LEFT = "checkin__checked_in_at", "checkin__checked_out_at"
NAMED_MOST = 200  # activities in a drop-down


class AttendanceImport(ImportKind):
    """到场: who attended activities that are over, and when they came and left; sign-ups of persons of the registry."""

    block_size = 100  # they are written one by one
    code, label, list_name = "attendance", gettext_lazy("到场"), "activities.Signup"
    asks_note, note_for_new, note_hint = True, True, gettext_lazy("到场的人会看到，如：按签到表补录")
    read_only = ("状态", "序号", "报名时间", "编号", "工作单位", "工作所在街道", "问题")
    columns = (
        *person_columns(),
        InColumn(
            ACTIVITY,
            gettext_lazy("活动"),
            Text(30),
            names=("活动名称", "名称"),
            required=True,
            example="新心行动义诊",
            hint=gettext_lazy("已经办完、还没有登记完成的活动"),
            options=lambda user: [row.title for row in _open_activities(user)[:NAMED_MOST]],
        ),
        InColumn(
            DAY,
            gettext_lazy("活动开始"),
            Day(),
            names=("活动日期", "日期", "活动时间", "开始"),
            hint=gettext_lazy("同名的活动靠它分清"),
            example="2026-03-05",
        ),
        InColumn(
            CAME,
            gettext_lazy("签到"),
            Moment(alone=True),
            names=("签到时间", "到达"),
            current=lambda row: row.checkin.checked_in_at if row.is_checked_in else None,
            hint=gettext_lazy("可以只写几点几分；不填就是活动开始"),
        ),
        InColumn(
            LEFT,
            gettext_lazy("签退"),
            Moment(alone=True),
            names=("签退时间", "离开"),
            current=lambda row: row.checkin.checked_out_at if row.is_checked_in else None,
            hint=gettext_lazy("志愿服务按签到、签退记时长"),
        ),
    )

    def concerns(self, row: Any) -> Any:
        return row.recipient

    def can(self, user: Any) -> bool:
        return permissions.manages_activities(access_scope(user))

    # ---- finding -----------------------------------------------------------------------------------------------------
    def resolve(self, rows: Sequence[ImportRow], user: Any) -> None:
        self._find_keyed([row for row in rows if row.key], user)
        free = [row for row in rows if not row.key]
        find_people(free, user)
        known: dict[str, list[Activity]] = {}
        for activity in _open_activities(user).filter(title__in={row.values[ACTIVITY] for row in free}):
            known.setdefault(activity.title, []).append(activity)
        for row in free:
            self._take_activity(row, known.get(row.values[ACTIVITY], []), user)
        self._find_free([row for row in free if not row.problems])

    def _find_keyed(self, rows: Sequence[ImportRow], user: Any) -> None:
        keys = {row.key for row in rows}
        managed = Signup.objects.managed_by(user).filter(public_id__in=keys) if keys else Signup.objects.none()
        known = {row.public_id: row for row in managed.select_related("activity", "person__user", "user", "checkin")}
        for row in rows:
            signup = known.get(row.key)
            if signup is None:
                row.problems[""] = str(ROW_GONE)
            elif _is_other(row, signup):
                row.problems[PERSON] = str(OTHER_ROW)
            elif row.values.get(ACTIVITY, signup.activity.title) != signup.activity.title:
                row.problems[ACTIVITY] = str(OTHER_ROW)
            else:
                row.found, row.refs[ACTIVITY] = signup, signup.activity
                self._date_times(row)

    def _take_activity(self, row: ImportRow, found: list[Activity], user: Any) -> None:
        day, person = row.values.get(DAY), row.refs.get(PERSON)
        if day is not None:
            found = [activity for activity in found if activity.first_day == day]
        if person is not None and person.user_id == user.pk:
            row.problems[PERSON] = _("不能登记自己。")
        if len(found) == 1:
            row.refs[ACTIVITY] = found[0]
            self._date_times(row)
        elif found:
            row.problems[ACTIVITY] = _("有 %(n)d 场同名的活动，请写活动日期。") % {"n": len(found)}
        else:
            row.problems[ACTIVITY] = _("没有这场办完的活动，或者不归你管，或者已经登记完成。")

    @staticmethod
    def _date_times(row: ImportRow) -> None:
        for code in (CAME, LEFT):
            if code in row.values:
                row.values[code] = on_day(row.values[code], row.refs[ACTIVITY].first_day)

    def _find_free(self, rows: Sequence[ImportRow]) -> None:
        """Find the sign-up of each person who is checked in; another one gets a check-in as a new row."""
        pairs = {(row.refs[ACTIVITY].pk, row.refs[PERSON].pk) for row in rows}
        there = Signup.objects.open().filter(
            activity__in={pair[0] for pair in pairs}, person__in={pair[1] for pair in pairs}
        )
        known = {(signup.activity_id, signup.person_id): signup for signup in there.select_related("checkin")}
        for row in rows:
            signup = known.get((row.refs[ACTIVITY].pk, row.refs[PERSON].pk))
            if signup is None:
                continue
            signup.activity, signup.person = row.refs[ACTIVITY], row.refs[PERSON]
            row.refs["signup"] = signup
            if signup.is_checked_in:
                row.found = signup

    def identity(self, row: ImportRow) -> str:
        signup = row.found or Signup(activity=row.refs[ACTIVITY], person=row.refs[PERSON])
        return f"{signup.activity_id}:{signup.person_id}:{signup.user_id}"

    # ---- writing -----------------------------------------------------------------------------------------------------
    def lock_keys(self, row: ImportRow) -> list[Any]:
        signup = row.found or row.refs.get("signup")
        person = None if signup else row.refs[PERSON].pk
        return [row.refs[ACTIVITY].pk, signup.pk if signup else None, person]

    def lock(self, keys: Sequence[list[Any]]) -> None:
        locked(Activity.objects.all(), {key[0] for key in keys})
        signups = locked(Signup.objects.select_related("person"), {key[1] for key in keys} - {None})
        persons = Person.objects.filter(pk__in={key[2] for key in keys} - {None})
        actions.lock_hours(*signups.values(), *[Signup(person=person) for person in persons])

    def create(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        def enter(row: ImportRow) -> Signup:
            times = {"checked_in_at": row.values.get(CAME), "checked_out_at": row.values.get(LEFT)}
            return actions.enter_attendance(row.refs[ACTIVITY], row.refs[PERSON], reason=note, actor=actor, **times)

        return each(rows, enter)

    def change(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        def correct(row: ImportRow) -> Signup:
            signup = row.found
            now = signup.checkin if signup.is_checked_in else None
            times = {CAME: now and now.checked_in_at, LEFT: now and now.checked_out_at} | row.changed_values()
            if times[CAME] is None and times[LEFT]:
                raise ActionError(_("写了签退，也要写签到。"), code="moment")
            if times[CAME] is None:
                return actions.remove_attendance(signup, actor=actor)
            actions.record_attendance(
                signup, reason=note, checked_in_at=times[CAME], checked_out_at=times[LEFT], actor=actor
            )
            return signup

        return each(rows, correct)

    def stored(self, keys: Sequence[Any]) -> dict[Any, Any]:
        activities = Signup.objects.filter(pk__in=keys).values_list("activity_id", flat=True)
        locked(Activity.objects.all(), set(activities))
        rows = locked(Signup.objects.select_related("activity", "person", "user", "checkin"), keys)
        actions.lock_hours(*rows.values())
        return rows

    def take_back(self, rows: Sequence[Any], *, actor: Any, note: str) -> list[Any]:
        return each(rows, lambda signup: actions.remove_attendance(signup, actor=actor))


def _open_activities(user: Any) -> Any:
    """Return the activities of `user` that are over and whose attendance is not complete, the latest first."""
    rows = Activity.objects.managed_by(user).filter(recorded_at__isnull=True)
    return rows.completed().order_by("-starts", "-pk")


def _is_other(row: ImportRow, signup: Signup) -> bool:
    """Return whether the name in `row` is not that of the holder of `signup`, whom the key of the row means."""
    if signup.person:
        return is_other_person(row, signup.person)
    return row.values.get(PERSON, signup.display_name) != signup.display_name
