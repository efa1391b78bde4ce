"""What is written about a request, and how its clock was stopped and extended."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..reckoning import Stop
from .requests import Request

CORRECTABLE_FOR = dt.timedelta(minutes=30)  # how long the writer of a message corrects or withdraws it
MOST_PAUSES = 2  # in one round: from the beginning, and again after reopening
MOST_EXTRA_DAYS = 15  # working days of one extension


class ThreadEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the entries of the requests that `user` may read: the author and the handlers read all of them alike."""
        return self.filter(request__in=Request.objects.visible_to(user))

    def or_cancelled_ones_of(self, user):
        """Return these, and the cancelled appointments that `user` made, who may work on the request no longer.

        So they are taken out of the calendar that has them with the same file.
        """
        return self | self.model.objects.filter(by=user.pk, cancelled_at__isnull=False)

    def public_ids_visible_to(self, user):
        """Return the public ids of the entries whose files `user` may open (slot `file_access`)."""
        return self.visible_to(user).values("public_id")


@tracked
class ThreadEntry(DemoMark):
    """One entry of the thread of a request. There is no entry that only one side reads.

    What was said is a question, a message, an appointment or an answer; what was done is a step. `unit` is the team or the
    office for which the writer acts, empty for the author of the request and for a step of the portal itself. What is about
    one `share` names the team only: the name of its expert is read from there (`expert_name`), and goes with the person. A message is
    corrected or withdrawn by its writer for a short time; what it said before is in the history, which its writer, the author and officers read.
    """

    PERSONAL = {"text": "requests", "place": "requests"}
    NOT_PERSONAL = {
        "id",
        "public_id",
        "kind",
        "unit",
        "at",
        "starts",
        "ends",
        "cancelled_at",
        "edited_at",
        "withdrawn_at",
        "is_demo",
    }

    class Kind(models.TextChoices):
        QUESTION = "question", _("回问")
        MESSAGE = "message", _("补充")
        APPOINTMENT = "appointment", _("约见面")
        STEP = "step", _("办理的一步")
        ANSWER = "answer", _("答复")
        REOPENED = "reopened", _("请再办")

    public_id = PublicIdField()
    request = models.ForeignKey(Request, models.CASCADE, related_name="entries", verbose_name=_("诉求"))
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    text = models.TextField(_("内容"), max_length=2000, blank=True)
    by = acting_account(_("谁写的"))
    # Hidden: it is no way from an expert to what others wrote (我的数据).
    share = models.ForeignKey(
        "services.Share", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("关于谁的承办")
    )
    unit = models.CharField(_("代表"), max_length=60, blank=True)
    at = models.DateTimeField(_("时间"), default=clock.now)
    starts = models.DateTimeField(_("见面开始"), null=True, blank=True)
    ends = models.DateTimeField(_("见面结束"), null=True, blank=True)
    place = models.CharField(_("地点"), max_length=60, blank=True)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    edited_at = models.DateTimeField(_("改过的时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects = ThreadEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("诉求的经过")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="appointment") | Q(starts__isnull=False, ends__gt=F("starts")) & ~Q(place=""),
                name="appointment_has_time_and_place",
                violation_error_message=_("见面要写清时间和地点，结束要晚于开始。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(text="", kind="message"),
                name="entry_withdrawn_without_words",
                violation_error_message=_("撤回的一条不再有内容。"),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"

    def get_absolute_url(self):
        return f"{self.request.get_absolute_url()}#entry-{self.public_id}"

    @classmethod
    def former_texts(cls, entries):
        """Return key → what each of `entries` said before, oldest first; the caller knows who may read it."""
        found = {}
        if entries:
            rows = cls.pgh_event_model._base_manager.filter(pgh_obj_id__in=[entry.pk for entry in entries])
            for key, text in rows.exclude(text="").order_by("pgh_id").values_list("pgh_obj_id", "text"):
                found.setdefault(key, []).append(text)
        return found

    @property
    def ics_url(self):
        """Return the address of the file for a calendar, for an appointment."""
        return reverse("services:appointment-ics", args=[self.public_id])

    @property
    def correctable_until(self):
        """Return the moment until which its writer may correct or withdraw it."""
        return self.at + CORRECTABLE_FOR

    @property
    def expert_name(self):
        """Return the name of the expert it is about; empty for none, and for one who has left the registry."""
        expert = self.share.expert if self.share_id else None
        return expert.person.name if expert and expert.person.is_active else ""

    @property
    def is_said(self):
        """Return whether somebody said it, other than a step, which is one line."""
        return self.kind != self.Kind.STEP


@tracked
class Pause(DemoMark):
    """The clock of a request stands still while its author is asked; at most twice in a round."""

    PERSONAL = {"reason": "requests"}
    NOT_PERSONAL = {"id", "round", "number", "asked_on", "resumed_on", "warned_on", "is_demo"}

    request = models.ForeignKey(Request, models.CASCADE, related_name="pauses", verbose_name=_("诉求"))
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=1)
    number = models.PositiveSmallIntegerField(_("第几次暂停"))
    reason = models.CharField(_("为什么暂停"), max_length=REASON_LENGTH)
    asked_by = acting_account(_("谁问的"))
    asked_on = models.DateField(_("暂停日"))
    resumed_on = models.DateField(_("继续日"), null=True, blank=True)
    warned_on = models.DateField(_("提醒补充日"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("暂停计时")
        ordering = ["asked_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(resumed_on__isnull=True), name="request_one_open_pause"
            ),
            models.UniqueConstraint(fields=["request", "round", "number"], name="request_pauses_are_numbered"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_PAUSES),
                name="request_paused_at_most_twice",
                violation_error_message=_("最多暂停两次。"),
            ),
            models.CheckConstraint(
                condition=Q(resumed_on__isnull=True) | Q(resumed_on__gte=F("asked_on")),
                name="request_resumed_after_pause",
                violation_error_message=_("继续日不能早于暂停日。"),
            ),
        ]

    def __str__(self):
        return f"{self.asked_on} {self.reason}"

    def stop(self, today):
        """Return the days on which the clock stands still; an open pause lasts until `today`."""
        return Stop(self.asked_on, self.resumed_on or max(today, self.asked_on))


class ExtensionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the extensions of the requests that `user` may read."""
        return self.filter(request__in=Request.objects.visible_to(user))


class ExtensionState(models.TextChoices):
    ASKED = "asked", _("等批")
    GRANTED = "granted", _("已批准")
    REFUSED = "refused", _("没批准")
    DROPPED = "dropped", _("不再需要")


@tracked
class Extension(DemoMark):
    """More working days for a request: asked for with a reason by a handler, decided by a second person."""

    PERSONAL = {"reason": "requests", "decision": "requests"}
    NOT_PERSONAL = {"id", "public_id", "round", "days", "asked_at", "state", "due_on", "decided_at", "is_demo"}

    public_id = PublicIdField()
    request = models.ForeignKey(Request, models.CASCADE, related_name="extensions", verbose_name=_("诉求"))
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=1)
    days = models.PositiveSmallIntegerField(_("延长几个工作日"))
    reason = models.CharField(_("为什么延期"), max_length=REASON_LENGTH)
    asked_by = acting_account(_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"), default=clock.now)
    state = models.CharField(_("状态"), max_length=8, choices=ExtensionState.choices, default=ExtensionState.ASKED)
    due_on = models.DateField(_("时限"), null=True, blank=True)  # null once decided
    decision = models.CharField(_("批复"), max_length=REASON_LENGTH, blank=True)
    decided_by = acting_account(_("批准人"))
    decided_at = models.DateTimeField(_("批复时间"), null=True, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("延期")
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(state="asked"), name="request_one_asked_extension"),
            models.UniqueConstraint(
                fields=["request", "round"], condition=Q(state="granted"), name="request_one_granted_extension"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=MOST_EXTRA_DAYS),
                name="extension_of_one_to_fifteen_days",
                violation_error_message=_("延期在 1 到 15 个工作日之间。"),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="extension_decided_by_a_second_person",
                violation_error_message=_("申请和批准要由两个人来做。"),
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True) | ~Q(state="asked") & Q(decided_at__isnull=False),
                name="extension_decided_at_a_time",
                violation_error_message=_("批复要有时间。"),
            ),
        ]

    def __str__(self):
        return f"{self.request} +{self.days}"
