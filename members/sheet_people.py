"""Persons in sheets that are read in: columns that name one, and finding many of them at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import ImportRow
from chengyang.lib.chinese import pinyin
from chengyang.lib.vault.fields import blind_index
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Name, Phone

from .models import Person

PERSON, PHONE = "person", "phone"
NAMES = ("姓名", "会员姓名", "会员", "名字", "人士姓名")
PHONES = ("手机号", "手机号码", "电话", "联系电话", "联系方式", "移动电话", "电话号码")


def person_columns() -> tuple[InColumn, InColumn]:
    """Return the two columns that name a person: the name, and the number, which tells persons of one name apart."""
    return (
        InColumn(
            PERSON,
            gettext_lazy("人士"),
            Name(),
            names=NAMES,
            required=True,
            personal=True,
            example="张三",
            hint=gettext_lazy("姓名，和名册里一样"),
        ),
        InColumn(
            PHONE,
            gettext_lazy("手机"),
            Phone(),
            names=PHONES,
            personal=True,
            example="15400000000",
            hint=gettext_lazy("11 位，或“尾号 1234”。同名的人靠它分清；不归你管的人要写全号"),
        ),
    )


def find_people(rows: Sequence[ImportRow], user: Any) -> None:
    """Set `refs["person"]` of each row to the person with its name and number, or a sentence in `problems`.

    With the whole number, everybody in the registry is found, because whoever knows both may find them; without it only
    those within the access scope of `user`.
    """
    numbers = {row.values[PHONE] for row in rows if _is_whole(row)}
    by_number = _by_number(numbers)
    by_name = _by_name({row.values[PERSON] for row in rows if PERSON in row.values and not _is_whole(row)}, user)
    for row in rows:
        name = row.values.get(PERSON)
        if name is None:
            continue
        if _is_whole(row):
            _take(row, [p for p in by_number[row.values[PHONE]] if p.name == name])
            continue
        found = by_name[name]
        if tail := row.values.get(PHONE):
            found = [person for person in found if Phone.masked(person.phone_last4) == tail]
        _take(row, found)


def _is_whole(row: ImportRow) -> bool:
    return row.values.get(PHONE, "").startswith("+")


def _take(row: ImportRow, found: Sequence[Person]) -> None:
    if len(found) == 1:
        row.refs[PERSON] = found[0]
    elif found:
        row.problems[PERSON] = _("有 %(n)d 位同名，请写手机号。") % {"n": len(found)}
    elif row.values.get(PHONE):
        row.problems[PERSON] = _("名册里没有这个姓名和手机号的人。")
    else:
        row.problems[PERSON] = _("名册里没有这个人，或者不归你管。")


def _people() -> Any:
    return Person.objects.active().select_related("user", "subdistrict")


def _by_number(numbers: Iterable[str]) -> defaultdict[str, list[Person]]:
    indexes = {blind_index("phone", number): number for number in numbers}
    found: defaultdict[str, list[Person]] = defaultdict(list)
    for person in _people().filter(phone_index__in=indexes) if indexes else ():
        found[indexes[person.phone_index]].append(person)
    return found


def _by_name(names: Iterable[str], user: Any) -> defaultdict[str, list[Person]]:
    found: defaultdict[str, list[Person]] = defaultdict(list)
    keys = {pinyin.name_key(name) for name in names}  # has an index; no other name has the same key
    rows = Person.objects.within(access_scope(user)).select_related("user", "subdistrict")
    for person in rows.filter(name_key__in=keys) if keys else ():
        found[person.name].append(person)
    return found


def is_other_person(row: ImportRow, person: Person) -> bool:
    """Return whether the name or the number in `row` is not that of `person`, whom the key of the row means."""
    name, number = row.values.get(PERSON), row.values.get(PHONE)
    if name is not None and name != person.name:
        return True
    if number is None or number == "":
        return False
    return number != (person.phone if number.startswith("+") else Phone.masked(person.phone_last4))
