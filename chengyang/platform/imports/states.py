"""The states of an import, and what becomes of a row."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    READING = "reading", _("正在读")
    MAPPING = "mapping", _("待对列")
    PREVIEW = "preview", _("待写入")
    WRITING = "writing", _("正在写入")
    PAUSED = "paused", _("写了一半停下")
    WRITTEN = "written", _("已写入")
    REFUSED = "refused", _("没有收")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("已撤销")


S = ImportState
IMPORT_TRANSITIONS = {
    S.READING: {S.MAPPING, S.PREVIEW, S.REFUSED},
    S.MAPPING: {S.READING, S.REFUSED},
    S.PREVIEW: {S.READING, S.WRITING, S.REFUSED},
    S.WRITING: {S.WRITTEN, S.PAUSED, S.UNDOING, S.PREVIEW},  # to the preview: a row would fail, nothing is written
    S.PAUSED: {S.WRITING, S.UNDOING},
    S.WRITTEN: {S.UNDOING},
    S.REFUSED: set(),
    S.UNDOING: {S.UNDONE, S.PAUSED},
    S.UNDONE: set(),
}
IMPORT_BUSY = (S.READING, S.WRITING, S.UNDOING)  # a job works on it


class Outcome(models.TextChoices):
    """What a row of the sheet would do, in the order in which the preview shows them."""

    REFUSED = "refused", _("不能收")
    CLASH = "clash", _("要你定")
    CHANGED = "changed", _("更改")
    NEW = "new", _("新增")
    SAME = "same", _("不变")


class Result(models.TextChoices):
    """What writing did with a row."""

    MADE = "made", _("已新增")
    CHANGED = "changed", _("已更改")
    LEFT = "left", _("没有动")
    REFUSED = "refused", _("没有写")


SHEET, PORTAL = "sheet", "portal"  # sides of a clash
