"""Persons in sheets that are read in: columns that name one, finding many of them at once, and the posts that they hold."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import ImportKind, ImportRow
from chengyang.lib.chinese import pinyin
from chengyang.lib.vault.fields import blind_index
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.imports.one_by_one import by_key, each, locked
from chengyang.platform.imports.refusals import OTHER_ROW, ROW_GONE
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Choice, Day, Name, Phone, Text

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


COLUMNS = ("public_id", "name", "phone_index", "phone_last4", "state", "subdistrict", "user", "is_demo")


def _people() -> Any:
    """Return the persons in the registry, with the columns that a sheet needs: there are thousands."""
    return Person.objects.active().only(*COLUMNS)


def _by_number(numbers: Iterable[str]) -> defaultdict[str, list[Person]]:
    indexes = {blind_index("phone", number): number for number in numbers}
    found: defaultdict[str, list[Person]] = defaultdict(list)
    for person in _people().filter(phone_index__in=indexes) if indexes else ():
        found[indexes[person.phone_index]].append(person)
    return found


def _by_name(names: Iterable[str], user: Any) -> defaultdict[str, list[Person]]:
    found: defaultdict[str, list[Person]] = defaultdict(list)
    keys = {pinyin.name_key(name) for name in names}  # has an index; no other name has the same key
    rows = Person.objects.within(access_scope(user)).only(*COLUMNS)
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


# ---- posts ----------------------------------------------------------------------------------------------------------
class PostImport(ImportKind):
    """职务: who holds which post since when, in organizations, bases or teams; a subclass names the model and its actions."""

    block_size = 200  # they are written one by one
    label = gettext_lazy("职务")
    asks_note, note_hint = True, gettext_lazy("日期有更改的人会看到，如：按任职文件核对")
    read_only = ("工作单位", "做什么工作", "类别", "工作所在街道", "问题")
    model: Any
    appoint: Callable[..., Any]
    correct_post: Callable[..., Any]
    end_post: Callable[..., Any]
    may_appoint: Callable[[Any, Any, str], bool]  # (user, organizer, kind)
    subject_names: tuple[str, ...] = ()
    alone: str  # the kind of post that one person holds at a time
    takes_end = False

    def __init__(self) -> None:
        subject = self.model._meta.get_field(self.model.SUBJECT)
        self.columns = (
            *person_columns(),
            InColumn(
                self.model.SUBJECT,
                subject.verbose_name,
                Text(60),
                names=self.subject_names,
                required=True,
                example="某某",
                hint=gettext_lazy("全称，从下拉里选"),
                options=lambda user: [row.name for row in self.organizers(user)],
            ),
            InColumn(
                "kind",
                gettext_lazy("职务"),
                Choice(lambda: dict(self.model.Kind.choices)),
                required=True,
                current=lambda post: post.kind,
                fixed=True,
                example=str(self.model.Kind.choices[0][1]),
                hint=gettext_lazy("从下拉里选"),
                options=lambda user: [str(label) for label in self.model.Kind.labels],
            ),
            InColumn(
                "starts",
                gettext_lazy("起"),
                Day(),
                names=("任职日期", "任职时间", "开始日期", "起始日期", "开始"),
                required=True,
                current=lambda post: post.starts,
                example="2026-03-05",
                hint=gettext_lazy("第一天"),
            ),
            InColumn(
                "ends",
                gettext_lazy("止"),
                Day(),
                names=("卸任日期", "结束日期", "到期日期", "截止日期", "结束"),
                current=lambda post: post.ends,
                hint=gettext_lazy("不再担任的那一天；还在任的不填"),
            ),
        )

    def concerns(self, row: Any) -> Any:
        return row.person

    def organizers(self, user: Any) -> list[Any]:
        """Return the organizations, bases or teams in which `user` may appoint to some post; there are some dozens."""
        model = self.model._meta.get_field(self.model.SUBJECT).related_model
        return [
            row
            for row in model.objects.visible_to(user).select_related("subdistrict").order_by("name")
            if any(self.may_appoint(user, row, kind) for kind in self.model.Kind.values)
        ]

    def can(self, user: Any) -> bool:
        scope = access_scope(user)
        return scope.staff or (self.model.SUBJECT == "team" and bool(scope.managed("team")))

    def resolve(self, rows: Sequence[ImportRow], user: Any) -> None:
        subject, keyed = self.model.SUBJECT, [row for row in rows if row.key]
        posts = self.model.objects.visible_to(user).select_related(subject, "person__user")
        known = by_key(posts, [row.key for row in keyed])
        for row in keyed:
            self._take_keyed(row, known.get(row.key), user)
        free = [row for row in rows if not row.key]
        find_people(free, user)
        organizers = {row.name: row for row in self.organizers(user)}
        for row in free:
            organizer = organizers.get(row.values[subject])
            if organizer is None or not self.may_appoint(user, organizer, row.values["kind"]):
                row.problems[subject] = _("没有“%(name)s”，或者不归你管。") % {"name": row.values[subject]}
            row.refs[subject] = organizer
        self._find_free([row for row in free if not row.problems])

    def _take_keyed(self, row: ImportRow, post: Any, user: Any) -> None:
        subject = self.model.SUBJECT
        if post is None or not self.may_appoint(user, post.subject, post.kind):
            row.problems[""] = str(ROW_GONE)
        elif is_other_person(row, post.person):
            row.problems[PERSON] = str(OTHER_ROW)
        elif row.values.get(subject, post.subject.name) != post.subject.name:
            row.problems[subject] = str(OTHER_ROW)
        else:
            row.found = post

    def _find_free(self, rows: Sequence[ImportRow]) -> None:
        """Find the latest post of the same kind of each person there, unless it ended before the first day in the sheet."""
        subject = self.model.SUBJECT
        found = self.model.objects.valid().filter(**{f"{subject}__in": {row.refs[subject].pk for row in rows}})
        posts = list(found.select_related("person__user").order_by("starts"))
        for row in rows:
            there = [
                post
                for post in posts
                if post.kind == row.values["kind"] and getattr(post, f"{subject}_id") == row.refs[subject].pk
            ]
            own = [post for post in there if post.person_id == row.refs[PERSON].pk]
            own = [
                post
                for post in own
                if post.ends is None or post.ends > row.values["starts"] or post.starts == row.values["starts"]
            ]
            if own:
                setattr(own[-1], subject, row.refs[subject])
                row.found = own[-1]
            elif row.values.get("ends") and not self.takes_end:
                row.problems["ends"] = _("新的任职先不填，卸任时再登记。")
            elif row.values.get("ends") and row.values["ends"] <= row.values["starts"]:
                row.problems["ends"] = _("结束日期要晚于开始日期。")
            elif row.values["kind"] == self.alone:
                self._refuse_second(row, there)

    def _refuse_second(self, row: ImportRow, there: Sequence[Any]) -> None:
        """Refuse to replace somebody by a sheet: their post would end, and taking the import back could not restore it."""
        starts, ends = row.values["starts"], row.values.get("ends")
        if any((post.ends is None or post.ends > starts) and (ends is None or post.starts < ends) for post in there):
            row.problems["kind"] = _("那段时间已经有%(kind)s；换人请在任职页面办。") % {
                "kind": there[0].get_kind_display()
            }

    def identity(self, row: ImportRow) -> str:
        if row.found:
            return f"post:{row.found.pk}"
        return f"{row.refs[self.model.SUBJECT].pk}:{row.refs[PERSON].pk}:{row.values['kind']}:{row.values['starts']}"

    def lock_keys(self, row: ImportRow) -> list[Any]:
        subject = self.model.SUBJECT
        organizer = getattr(row.found, f"{subject}_id") if row.found else row.refs[subject].pk
        return [organizer, row.found.pk if row.found else None]

    def lock(self, keys: Sequence[list[Any]]) -> None:
        organizers = self.model._meta.get_field(self.model.SUBJECT).related_model._base_manager.all()
        locked(organizers, {key[0] for key in keys})
        locked(self.model.objects.all(), {key[1] for key in keys} - {None})

    def create(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        return each(rows, lambda row: self._appoint(row, actor))

    def _appoint(self, row: ImportRow, actor: Any) -> Any:
        ends = {"ends": row.values.get("ends")} if self.takes_end else {}
        fields = {"person": row.refs[PERSON], "kind": row.values["kind"], "starts": row.values["starts"], **ends}
        return type(self).appoint(row.refs[self.model.SUBJECT], actor=actor, **fields)

    def change(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        return each(rows, lambda row: self._correct(row, actor, note))

    def _correct(self, row: ImportRow, actor: Any, note: str) -> Any:
        dates = {"starts": row.found.starts, "ends": row.found.ends} | row.changed_values()
        return type(self).correct_post(row.found, actor=actor, reason=note, **dates)

    def stored(self, keys: Sequence[Any]) -> dict[Any, Any]:
        return locked(self.model.objects.select_related(self.model.SUBJECT, "person__user"), keys)

    def take_back(self, rows: Sequence[Any], *, actor: Any, note: str) -> list[Any]:
        """End each post on its first day, which means that nobody has held it (domain.md, "届 / 职务")."""
        return each(rows, lambda post: type(self).end_post(post, actor=actor, reason=note, on=post.starts))
