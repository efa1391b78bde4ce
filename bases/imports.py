"""Sheets that can be read in: honours of bases, and posts in them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang.extensions import ImportKind, ImportRow
from chengyang.platform.imports.one_by_one import by_key, each, locked
from chengyang.platform.imports.refusals import OTHER_ROW, ROW_GONE
from chengyang.platform.sheets.incoming import InColumn
from chengyang.platform.sheets.parsing import Choice, Day, Number, Text
from members.sheet_people import PostImport

from . import actions, permissions
from .models import Base, Honour, Post

BASE = "base"


class HonourImport(ImportKind):
    """荣誉: honours that bases won; one of a base is known by its name."""

    block_size = 200  # they are written one by one
    code, label, list_name = "honours", gettext_lazy("荣誉"), "bases.Honour"
    read_only = ("问题",)
    columns = (
        InColumn(
            BASE,
            gettext_lazy("基地"),
            Text(40),
            names=("基地名称", "获奖基地"),
            required=True,
            example="某某基地",
            hint=gettext_lazy("基地的全称，从下拉里选"),
            options=lambda user: [row.name for row in Base.objects.visible_to(user).order_by("name")],
        ),
        InColumn(
            "title",
            gettext_lazy("名称"),
            Text(80),
            names=("荣誉", "荣誉名称", "奖项", "获奖名称"),
            required=True,
            current=lambda row: row.title,
            example="全省实践创新基地精品工程项目",
            hint=gettext_lazy("按证书上的写"),
        ),
        InColumn(
            "level",
            gettext_lazy("级别"),
            Choice(
                lambda: dict(Honour.Level.choices), {"国家": "nation", "省": "province", "市": "city", "区": "district"}
            ),
            names=("荣誉级别",),
            required=True,
            current=lambda row: row.level,
            example="省级",
            hint=gettext_lazy("国家级、省级、市级或区级"),
            options=lambda user: [str(label) for label in Honour.Level.labels],
        ),
        InColumn(
            "year",
            gettext_lazy("年份"),
            Number(1949, 2100),
            names=("获得年份", "年度", "获奖年份"),
            current=lambda row: row.year,
            example="2019",
        ),
        InColumn("note", gettext_lazy("说明"), Text(60), names=("备注",), current=lambda row: row.note),
        InColumn(
            "awarded_by",
            gettext_lazy("授予单位"),
            Text(60),
            names=("颁发单位", "发证单位"),
            current=lambda row: row.awarded_by,
        ),
        InColumn(
            "awarded_on",
            gettext_lazy("授予日期"),
            Day(),
            names=("颁发日期", "发证日期"),
            current=lambda row: row.awarded_on,
        ),
        InColumn(
            "valid_until",
            gettext_lazy("有效到"),
            Day(),
            names=("有效期至", "到期日期"),
            current=lambda row: row.valid_until,
        ),
        InColumn("number", gettext_lazy("证书编号"), Text(40), names=("编号",), current=lambda row: row.number),
    )

    def can(self, user: Any) -> bool:
        return permissions.can_honour(user, None)

    def resolve(self, rows: Sequence[ImportRow], user: Any) -> None:
        bases = {row.name: row for row in Base.objects.visible_to(user)}
        keys, honours = [row.key for row in rows if row.key], Honour.objects.select_related("base")
        known = by_key(honours, keys)  # of sheets from before honours had public ids
        known |= {honour.public_id: honour for honour in honours.filter(public_id__in=keys)}
        for row in rows:
            if row.key:
                self._take_keyed(row, known.get(row.key))
            elif row.values[BASE] in bases:
                row.refs[BASE] = bases[row.values[BASE]]
            else:
                row.problems[BASE] = _("没有“%(name)s”这个基地。") % {"name": row.values[BASE]}
        free = [row for row in rows if row.refs]
        found = Honour.objects.filter(base__in={row.refs[BASE].pk for row in free}).select_related("base")
        by_title = {(honour.base_id, honour.title): honour for honour in found}
        for row in free:
            row.found = by_title.get((row.refs[BASE].pk, row.values["title"]))

    def _take_keyed(self, row: ImportRow, honour: Honour | None) -> None:
        if honour is None:
            row.problems[""] = str(ROW_GONE)
        elif row.values.get(BASE, honour.base.name) != honour.base.name:
            row.problems[BASE] = str(OTHER_ROW)
        else:
            row.found = honour

    def identity(self, row: ImportRow) -> str:
        return f"honour:{row.found.pk}" if row.found else f"{row.refs[BASE].pk}:{row.values['title']}"

    def lock_keys(self, row: ImportRow) -> list[Any]:
        return [row.found.base_id if row.found else row.refs[BASE].pk, row.found.pk if row.found else None]

    def lock(self, keys: Sequence[list[Any]]) -> None:
        locked(Base.objects.all(), {key[0] for key in keys})
        locked(Honour.objects.all(), {key[1] for key in keys} - {None})

    def create(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        def add(row: ImportRow) -> Honour:
            values = {name: row.values[name] for name in Honour.EDITABLE_FIELDS if row.values.get(name) is not None}
            return actions.add_honour(row.refs[BASE], actor=actor, **values)

        return each(rows, add)

    def change(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        def edit(row: ImportRow) -> Honour:
            texts = ("note", "awarded_by", "number")
            data = {
                name: "" if value is None and name in texts else value for name, value in row.changed_values().items()
            }
            return actions.edit_honour(row.found, data, actor=actor)

        return each(rows, edit)

    def stored(self, keys: Sequence[Any]) -> dict[Any, Any]:
        return locked(Honour.objects.select_related("base"), keys)

    def take_back(self, rows: Sequence[Any], *, actor: Any, note: str) -> list[Any]:
        return each(rows, lambda honour: actions.remove_honour(honour, actor=actor))


class BasePostImport(PostImport):
    """基地职务."""

    code, list_name, label = "base-posts", "bases.Post", gettext_lazy("基地职务")
    model, alone = Post, Post.Kind.MANAGER
    subject_names = ("基地名称",)
    appoint, correct_post, end_post = (
        staticmethod(actions.appoint),
        staticmethod(actions.correct_post),
        staticmethod(actions.end_post),
    )
    may_appoint = staticmethod(lambda user, organizer, kind: permissions.can_appoint(user, organizer))
