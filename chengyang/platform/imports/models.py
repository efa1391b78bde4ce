"""Imports: a sheet that an officer uploaded, what is in it, and what was written (docs/architecture.md, "Sheets in")."""

import datetime as dt
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Max, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault import sealing
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.jobs.models import Job

from .states import IMPORT_BUSY, SHEET, ImportState, Outcome, Result

UNDO_WITHIN = dt.timedelta(days=30)  # after it was written


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: Any) -> Self:
        """Return the imports of `user`; nobody reads the sheets of others."""
        return self.filter(owner=user) if user.is_authenticated else self.none()


class Import(models.Model):
    """One sheet on its way into the portal.

    `digest` is that of the uploaded bytes. `headers` are the texts above the columns, `mapping` says which column is which
    (code → place). `notes` are sentences about the whole sheet; `counts` are the rows by outcome, `results` those that were
    written. `choices` keeps the decision on each clash by the number of the row: which side, and what was seen.
    """

    NOT_PERSONAL = {
        *(
            "id",
            "public_id",
            "kind",
            "file_name",
            "digest",
            "note",
            "state",
            "sheet",
            "header_row",
            "headers",
            "mapping",
        ),
        *("notes", "rows", "counts", "results", "choices", "whole", "message", "created_at", "written_at", "undone_at"),
        *("emptied_at",),
    }

    public_id = PublicIdField()
    kind = models.CharField(_("类型"), max_length=40)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports", verbose_name=_("谁的"))
    file_name = models.CharField(_("文件"), max_length=120)
    digest = models.CharField(max_length=64)
    note = models.CharField(_("说明"), max_length=REASON_LENGTH, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=ImportState.choices, default=ImportState.READING)
    sheet = models.CharField(_("工作表"), max_length=80, blank=True)
    header_row = models.PositiveIntegerField(_("标题行"), null=True)
    headers = models.JSONField(_("列标题"), default=list)
    mapping = models.JSONField(_("对列"), default=dict)
    notes = models.JSONField(_("提醒"), default=list)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    counts = models.JSONField(_("预览"), default=dict)
    results = models.JSONField(_("结果"), default=dict)
    choices = models.JSONField(default=dict)
    whole = models.BooleanField(_("有一行不行就都不写"), default=False)
    message = models.CharField(_("情况"), max_length=500, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", verbose_name=_("任务"))
    created_at = models.DateTimeField(_("上传"), default=clock.now)
    written_at = models.DateTimeField(_("写入"), null=True)
    undone_at = models.DateTimeField(_("撤销"), null=True)
    emptied_at = models.DateTimeField(_("内容删除"), null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("表格导入")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="import_latest"),
            models.Index(fields=["created_at"], condition=Q(emptied_at__isnull=True), name="import_to_empty"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "digest"],
                condition=Q(state="writing"),
                name="import_written_once_at_a_time",
                violation_error_message=_("同一张表正在写入，请等它写完。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="written") | Q(written_at__isnull=False), name="import_written_is_dated"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("admin:imports_import_change", args=[self.pk])

    @cached_property
    def declared(self) -> extensions.ImportKind | None:
        """The declaration of its kind; None when no app declares it any more."""
        return extensions.import_kind(self.kind)

    @property
    def kind_label(self) -> Any:
        return self.declared.label if self.declared else self.kind

    @property
    def is_busy(self) -> bool:
        """Whether a job works on it."""
        return self.state in IMPORT_BUSY

    @property
    def writable(self) -> int:
        """The number of rows that would be written now: the good ones, and clashes that are decided for the sheet."""
        decided = sum(1 for choice in self.choices.values() if choice["use"] == SHEET)
        return self.counts.get(Outcome.NEW, 0) + self.counts.get(Outcome.CHANGED, 0) + decided

    @property
    def undecided(self) -> int:
        """The number of rows with a clash on which nobody has decided."""
        return max(self.counts.get(Outcome.CLASH, 0) - len(self.choices), 0)

    @property
    def unwritable(self) -> int:
        """The number of rows that cannot be written now."""
        return self.counts.get(Outcome.REFUSED, 0) + self.undecided

    @property
    def written(self) -> int:
        """The number of rows that were written."""
        return self.results.get(Result.MADE, 0) + self.results.get(Result.CHANGED, 0)

    @property
    def undo_until(self) -> dt.datetime | None:
        """Until when it can be taken back; None where nothing was written."""
        return self.written_at + UNDO_WITHIN if self.written_at and self.written else None

    @property
    def can_be_undone(self) -> bool:
        """Whether it can be taken back now."""
        is_there = self.state in (ImportState.WRITTEN, ImportState.PAUSED) and self.undo_until is not None
        return is_there and clock.now() < self.undo_until and self.declared is not None  # type: ignore[operator]

    @property
    def has_cells(self) -> bool:
        """Whether the contents of the sheet are still there."""
        return self.emptied_at is None


class ImportPart(models.Model):
    """A part of what an import keeps, encrypted and bound to its place.

    `source` is the upload; `cells` are its rows, `BLOCK` of them in a part; `diff` says what each would do, `result` what was
    done. `counts` are the rows of a part by outcome, so that a page of them is found without opening the others.
    """

    class Place(models.TextChoices):
        SOURCE = "source", _("原文件")
        CELLS = "cells", _("行")
        DIFF = "diff", _("预览")
        RESULT = "result", _("结果")
        SEEN = "seen", _("重复")

    owner = models.ForeignKey(Import, models.CASCADE, related_name="parts")
    place = models.CharField(max_length=6, choices=Place.choices)
    number = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    data = models.BinaryField()

    class Meta:
        default_permissions = ()
        ordering = ["owner", "place", "number"]
        constraints = [models.UniqueConstraint(fields=["owner", "place", "number"], name="import_part_once")]

    def __str__(self) -> str:
        return f"{self.owner_id}/{self.place}/{self.number}"


Place = ImportPart.Place


# ---- reading and writing parts --------------------------------------------------------------------------------------
def put(owner: Import, place: str, number: int, data: bytes, counts: Mapping[str, int] | None = None) -> None:
    """Store `data` as part `number` at `place`, instead of what was there."""
    sealed = sealing.seal_bytes(data, _binding(owner, place, number))
    ImportPart.objects.update_or_create(
        owner=owner, place=place, number=number, defaults={"data": sealed, "counts": dict(counts or {})}
    )


def get(owner: Import, place: str, number: int) -> bytes | None:
    """Return part `number` at `place`, or None. Raises VaultError for a part that was moved or changed."""
    stored = ImportPart.objects.filter(owner=owner, place=place, number=number).values_list("data", flat=True).first()
    return None if stored is None else sealing.unseal_bytes(bytes(stored), _binding(owner, place, number))


def put_rows(owner: Import, place: str, number: int, rows: list[Any], counts: Mapping[str, int] | None = None) -> None:
    """Store `rows` (values of JSON) as part `number` at `place`."""
    packed = zlib.compress(
        json.dumps(rows, ensure_ascii=False, cls=DjangoJSONEncoder).encode(errors="surrogatepass"), 1
    )
    put(owner, place, number, packed, counts)


def get_rows(owner: Import, place: str, number: int) -> list[Any]:
    """Return the rows of part `number` at `place`; none where there is no such part."""
    packed = get(owner, place, number)
    return [] if packed is None else json.loads(zlib.decompress(packed))


def parts(owner: Import, place: str) -> Iterator[tuple[int, dict[str, int]]]:
    """Yield (number, counts) of the parts at `place`, in order."""
    found = ImportPart.objects.filter(owner=owner, place=place).order_by("number")
    yield from found.values_list("number", "counts")


def clear(owner: Import, *places: str) -> None:
    """Delete the parts at `places`."""
    ImportPart.objects.filter(owner=owner, place__in=places).delete()


def last_of(owner: Import, place: str) -> int:
    """Return the number of the last part at `place`, -1 where there is none."""
    found = ImportPart.objects.filter(owner=owner, place=place).aggregate(last=Max("number"))["last"]
    return -1 if found is None else found


def _binding(owner: Import, place: str, number: int) -> bytes:
    return sealing.binding("imports.ImportPart", owner.public_id, f"{place}/{number}")
