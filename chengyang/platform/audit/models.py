"""Models of the audit trail: entries, the hash-chained batches that seal them, and the records of purges.

An entry has no foreign keys to other apps: it outlives its actor and its subject. It contains no personal values, so that
erasing a person does not change it. Triggers refuse UPDATE, DELETE and TRUNCATE (migration 0001).
"""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions

CODE = r"^[a-z0-9_.:-]*$"
READING = r"\.(read|seen|exported)$"  # verbs of entries that change nothing


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: Any) -> Self:
        """Return all entries for an audit administrator, for others those about themselves (decisions.md, "Who sees what")."""
        if not user.is_authenticated:
            return self.none()
        if user.is_auditor:
            return self.all()
        concerned = Q(user=user.public_id)
        if person := getattr(user, "person", None):
            concerned |= Q(person=person.public_id)
        return self.filter(concerned)

    def changes(self) -> Self:
        """Return the entries that record a change: all but those whose verb says that somebody only read something."""
        return self.exclude(verb__regex=READING)

    def unsealed(self) -> Self:
        """Return the entries that are in no batch. Compares all entries and does not rely on `Unsealed`, so it is slow."""
        return self.filter(~Exists(BatchEntry.objects.filter(entry_id=OuterRef("pk"))))


class Entry(models.Model):
    """An audit entry: who did what to which row. It holds ids, a verb, field names and codes, never values."""

    class ActorKind(models.TextChoices):
        USER = "user", _("账号")
        SYSTEM = "system", _("系统")
        VISITOR = "visitor", _("未登录者")

    class Result(models.TextChoices):
        OK = "ok", _("成功")
        REFUSED = "refused", _("被拒绝")
        FAILED = "failed", _("失败")

    at = models.DateTimeField(_("时间"), default=clock.now, db_index=True)
    actor_id = models.BigIntegerField(_("操作账号编号"), null=True)
    actor = models.CharField(_("操作账号"), max_length=10, blank=True)
    actor_kind = models.CharField(_("操作者"), max_length=10, choices=ActorKind.choices)
    verb = models.CharField(_("做了什么"), max_length=60)
    subject = models.CharField(_("对象类型"), max_length=80, blank=True)
    subject_id = models.CharField(_("对象编号"), max_length=40, blank=True)
    person = models.CharField(_("涉及的人士"), max_length=10, blank=True)
    user = models.CharField(_("涉及的账号"), max_length=10, blank=True)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("字段"), default=list, blank=True)
    reason = models.CharField(_("理由代码"), max_length=40, blank=True)
    result = models.CharField(_("结果"), max_length=10, choices=Result.choices, default=Result.OK)
    address = models.GenericIPAddressField(_("网络地址"), null=True)
    agent = models.CharField(_("浏览器"), max_length=200, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=40, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("审计记录")
        default_permissions = ()
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], condition=~Q(user=""), name="entry_user"),
            models.Index(fields=["person", "-id"], condition=~Q(person=""), name="entry_person"),
            models.Index(fields=["actor", "-id"], condition=~Q(actor=""), name="entry_actor"),
            models.Index(fields=["subject", "subject_id", "-id"], name="entry_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(verb__regex=r"^[a-z_]+\.[a-z_]+$", reason__regex=CODE, request_id__regex=CODE),
                name="entry_holds_codes",
            ),
            models.CheckConstraint(
                condition=Q(subject__regex=r"^([a-z_]+\.[A-Za-z]+)?$", subject_id__regex=CODE),
                name="entry_subject_is_an_id",
            ),
            models.CheckConstraint(
                condition=Q(actor_kind="user", actor_id__isnull=False) & ~Q(actor="")
                | ~Q(actor_kind="user") & Q(actor_id__isnull=True, actor=""),
                name="entry_actor_matches_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb_label} {self.pk}"

    @property
    def verb_label(self) -> Any:
        """The text for the verb, or the verb itself if no app registers it any more."""
        return extensions.audit_verbs().get(self.verb, self.verb)


class Reading(models.Model):
    """How often an officer read data of one person in one thing on one day: ids and a count, never values.

    Like an entry it has no foreign keys, and it outlives its officer and its subject until the retention period is over.
    """

    day = models.DateField(_("日期"), db_index=True)
    actor_id = models.BigIntegerField(_("操作账号编号"))
    verb = models.CharField(_("做了什么"), max_length=60)
    subject = models.CharField(_("对象类型"), max_length=80, blank=True)
    subject_id = models.CharField(_("对象编号"), max_length=40, blank=True)
    person = models.CharField(_("涉及的人士"), max_length=10, blank=True)
    user = models.CharField(_("涉及的账号"), max_length=10, blank=True)
    count = models.PositiveIntegerField(_("次数"), default=1)
    last_at = models.DateTimeField(_("最后一次"), default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = _("查看记录")
        default_permissions = ()
        ordering = ["-last_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-last_at"], condition=~Q(user=""), name="reading_user"),
            models.Index(fields=["person", "-last_at"], condition=~Q(person=""), name="reading_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "actor_id", "verb", "subject", "subject_id", "person", "user"],
                name="reading_once_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(person="", user="") & Q(subject_id__regex=CODE, verb__regex=r"^[a-z_]+\.[a-z_]+$"),
                name="reading_concerns_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.verb} {self.count}"


class Unsealed(models.Model):
    """The queue of entries to seal, filled by a trigger.

    `EntryQuerySet.unsealed()` also finds entries that were removed from it.
    """

    entry_id = models.BigIntegerField(primary_key=True)

    class Meta:
        default_permissions = ()


class BatchQuerySet(models.QuerySet["Batch"]):
    def purged(self) -> Self:
        return self.filter(Exists(Purge.objects.filter(batch=OuterRef("pk"))))

    def kept(self) -> Self:
        """Return the batches that were not purged."""
        return self.filter(~Exists(Purge.objects.filter(batch=OuterRef("pk"))))


class Batch(models.Model):
    """A sealed set of entries; `hash` covers `previous`, so that changing or removing a batch breaks the chain."""

    number = models.BigIntegerField(_("批号"), unique=True)
    previous = models.CharField(_("上一批的摘要"), max_length=43, blank=True)
    hash = models.CharField(_("摘要"), max_length=43, unique=True)
    count = models.PositiveIntegerField(_("条数"))
    sealed_at = models.DateTimeField(_("封存时间"))

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("审计批次")
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number=1, previous="") | Q(number__gt=1) & ~Q(previous=""), name="batch_follows_another"
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="batch_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


class BatchEntry(models.Model):
    """The batch that an entry is in, and the keyed digest of its columns when it was sealed."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="entries")
    entry_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=43)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.entry_id}"


class Purge(models.Model):
    """The record that the entries of a batch were deleted after retention; `digest` proves that the portal did it."""

    batch = models.OneToOneField(Batch, models.PROTECT, related_name="purge")
    count = models.PositiveIntegerField(_("条数"))
    at = models.DateTimeField(_("清理时间"))
    digest = models.CharField(max_length=43)

    class Meta:
        verbose_name = verbose_name_plural = _("审计清理")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id} {self.at}"
