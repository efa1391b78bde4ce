"""Sheets that can be read in: persons, as records that wait for their confirmation (domain.md rule 1)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.errors import ActionError
from chengyang.extensions import ImportKind, ImportRow
from chengyang.lib.vault.fields import blind_index
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.imports.one_by_one import each, locked
from chengyang.platform.imports.refusals import ROW_GONE
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Choice, Choices, Name, Phone, Text, picked, typed

from . import actions, permissions
from .models import Category, Person, RegistrationDetails
from .models.registration_details import Skill, Wish
from .sheet_people import NAMES, PHONES
from .states import PersonState

PHONE = "masked_phone"  # the code of the column in the export of the list


def _subdistricts() -> dict[Any, str]:
    return {row: row.name for row in Subdistrict.objects.all()}


def _categories() -> dict[Any, str]:
    return {row: row.name for row in Category.objects.all()}


class _OneOf(Choice):
    """A choice among the rows of a table; a subdistrict is also known by its short name."""

    def parse(self, cell: Any) -> Any:
        labels = self.labels()
        return picked(typed(cell), labels, {getattr(row, "short_name", name): row for row, name in labels.items()})

    def text(self, value: Any) -> str:
        return str(value) if value else ""


def _value(name: str) -> Any:
    return lambda row: getattr(row, name)


def _who_and_where() -> tuple[InColumn, ...]:
    """Return the columns of the name, the number, the category and the subdistrict."""
    return (
        InColumn(
            "name",
            gettext_lazy("姓名"),
            Name(),
            names=NAMES,
            required=True,
            personal=True,
            current=_value("name"),
            example="张三",
        ),
        InColumn(
            PHONE,
            gettext_lazy("手机"),
            Phone(),
            names=PHONES,
            required=True,
            personal=True,
            example="15400000000",
            hint=gettext_lazy("11 位；确认短信发到这个号码"),
        ),
        InColumn(
            "category",
            gettext_lazy("类别"),
            _OneOf(_categories),
            names=("新阶层类别", "人员类别"),
            required=True,
            personal=True,
            current=_value("category"),
            example="新媒体从业人员",
            hint=gettext_lazy("四类里选一类"),
            options=lambda user: list(_categories().values()),
        ),
        InColumn(
            "subdistrict",
            gettext_lazy("工作所在街道"),
            _OneOf(_subdistricts),
            names=("街道", "所在街道", "所属街道"),
            required=True,
            personal=True,
            current=_value("subdistrict"),
            example="夏庄街道",
            options=lambda user: [
                row.name for row in Subdistrict.objects.all() if permissions.can_enter_person(user, row.pk)
            ],
        ),
    )


def _what_they_do() -> tuple[InColumn, ...]:
    """Return the columns of the unit, the work, the skills and the wishes."""
    return (
        InColumn(
            "unit",
            gettext_lazy("工作单位"),
            Text(100),
            names=("单位", "单位名称"),
            required=True,
            personal=True,
            current=_value("unit"),
            example="青岛某某文化传媒有限公司",
            hint=gettext_lazy("营业执照上的全称；自由职业写“自由职业，摄影”"),
        ),
        InColumn(
            "job",
            gettext_lazy("做什么工作"),
            Text(60),
            names=("职务", "工作", "职业"),
            personal=True,
            current=_value("job"),
            example="短视频编导",
        ),
        InColumn(
            "can",
            gettext_lazy("能帮上什么"),
            Choices(lambda: dict(Skill.choices)),
            personal=True,
            current=_value("can"),
            hint=gettext_lazy("几项之间用顿号隔开"),
        ),
        InColumn(
            "want",
            gettext_lazy("希望得到什么"),
            Choices(lambda: dict(Wish.choices)),
            personal=True,
            current=_value("want"),
            hint=gettext_lazy("几项之间用顿号隔开"),
        ),
    )


class PersonImport(ImportKind):
    """人士: records for people who asked for one; each is asked by text message to confirm it. Who is there is corrected."""

    block_size = 200  # they are written one by one
    code, label, list_name = "persons", gettext_lazy("人士"), "members.Person"
    asks_note = False
    read_only = ("入册日期", "编号", "须确认", "问题")

    def __init__(self) -> None:
        self.columns = (*_who_and_where(), *_what_they_do())

    def concerns(self, row: Any) -> Any:
        return row

    def can(self, user: Any) -> bool:
        return access_scope(user).staff

    # ---- finding -----------------------------------------------------------------------------------------------------
    def resolve(self, rows: Sequence[ImportRow], user: Any) -> None:
        keyed, free = [row for row in rows if row.key], [row for row in rows if not row.key]
        known = {person.public_id: person for person in self._people(user, public_id__in={row.key for row in keyed})}
        for row in keyed:
            self._take_keyed(row, known.get(row.key))
        indexes = {blind_index("phone", row.values[PHONE]) for row in free if row.values[PHONE].startswith("+")}
        by_index = {person.phone_index: person for person in self._people(user, phone_index__in=indexes)}
        for row in free:
            self._take_free(row, by_index, user)
        for row in rows:
            self._check_place(row, user)

    def _people(self, user: Any, **which: Any) -> list[Person]:
        """Return the persons and unconfirmed records of `user` as staff."""
        scope = access_scope(user)
        if not next(iter(which.values())):
            return []
        related = ("user", "category", "subdistrict")
        staff = Person.objects.of_staff(scope).filter(**which).select_related(*related)
        waiting = Person.objects.unconfirmed_within(scope).filter(**which).select_related(*related)
        return [*staff, *waiting]

    def _take_keyed(self, row: ImportRow, person: Person | None) -> None:
        if person is None:
            row.problems[""] = str(ROW_GONE)
            return
        number = row.values.get(PHONE, "")
        if number and number != (person.phone if number.startswith("+") else Phone.masked(person.phone_last4)):
            row.problems[PHONE] = _("号码要本人改，表格改不了。")
        else:
            row.found = person

    def _take_free(self, row: ImportRow, by_index: dict[Any, Person], user: Any) -> None:
        number = row.values[PHONE]
        if not number.startswith("+"):
            row.problems[PHONE] = _("新增的人要写全号；改已有的人，请用带行编号的导出表。")
            return
        index = blind_index("phone", number)
        if index == user.phone_index:
            row.problems[PHONE] = _("这是你自己的手机号。")
        person = by_index.get(index)
        if person is not None and person.name != row.values["name"]:
            row.problems["name"] = _("这个号码登记的是“%(name)s”。") % {"name": person.name}
        row.found = person

    def _check_place(self, row: ImportRow, user: Any) -> None:
        """Refuse a subdistrict that is not the officer's for a new record, and an own row."""
        area = row.values.get("subdistrict")
        if row.problems:
            return
        if row.found is None and area is not None and not permissions.can_enter_person(user, area.pk):
            row.problems["subdistrict"] = _("“%(name)s”不归你管。") % {"name": area.name}
        elif row.found is not None and row.found.user_id == user.pk:
            row.problems[""] = _("不能改自己的登记。")
        elif row.values.get("unit", "").startswith("某"):
            row.problems["unit"] = _("不是全称，请照营业执照写全。")

    def identity(self, row: ImportRow) -> str:
        return row.found.public_id if row.found else f"new:{blind_index('phone', row.values[PHONE])}"

    # ---- writing -----------------------------------------------------------------------------------------------------
    def lock_keys(self, row: ImportRow) -> list[Any]:
        if row.found:
            return [row.found.pk, row.found.user_id, None]
        return [None, None, blind_index("phone", row.values[PHONE])]

    def lock(self, keys: Sequence[list[Any]]) -> None:
        """Lock the new numbers as `enter_person` does, then the persons that change, their accounts first."""
        persons, accounts, numbers = ({key[place] for key in keys} - {None} for place in range(3))
        actions.lock_numbers(numbers)
        actions.lock_people(accounts, persons)

    def create(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        def enter(row: ImportRow) -> Person:
            data = {"job": "", "can": [], "want": [], **row.values}
            details = {name: data[name] for name in RegistrationDetails.EDITABLE_FIELDS}
            return actions.enter_person(details, phone=data[PHONE], actor=actor)

        return each(rows, enter)

    def change(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        def correct(row: ImportRow) -> Person:
            empty = {"job": "", "can": [], "want": []}
            data = {name: empty[name] if value is None else value for name, value in row.changed_values().items()}
            is_waiting = row.found.state == PersonState.UNCONFIRMED
            return (actions.edit_record if is_waiting else actions.correct_person)(row.found, data, actor=actor)

        return each(rows, correct)

    def stored(self, keys: Sequence[Any]) -> dict[Any, Any]:
        return locked(Person.objects.select_related("category", "subdistrict"), keys)

    def take_back(self, rows: Sequence[Any], *, actor: Any, note: str) -> list[Any]:
        return each(rows, lambda person: self._cancel(person, actor))

    def _cancel(self, person: Person, actor: Any) -> Person:
        if person.state != PersonState.UNCONFIRMED:
            raise ActionError(_("本人已经确认，不再是待确认的登记。"), code="state")
        actions.cancel_record(person, actor=actor)
        return person
