"""What departments do with a proposal: they get it with a link, answer it, and keep what they promise."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.fields import EncryptedField
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from chengyang.platform.web.lookups import any_of

from ..states import ProposalState, ReferralState
from .proposals import Proposal

ANSWER_LENGTH = 4_000  # characters of an answer
PROMISE_LENGTH = 80  # characters of what is promised
NOTE_LENGTH = 200  # characters about a promise that was kept
MOST_EXTRA_DAYS = 15  # working days that are granted once in addition


class DepartmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """District staff keep the list of departments; nobody else reads it."""
        return self if user.is_authenticated and access_scope(user).district else self.none()

    def in_use(self):
        """Return those to which proposals are forwarded now."""
        return self.filter(ended_on__isnull=True)


@tracked
class Department(DemoMark):
    """承办单位: a department or subdistrict that answers proposals, with the person who gets the links."""

    EDITABLE_FIELDS = ("name", "contact_name", "phone", "remit")
    PERSONAL = {"contact_name": "proposals", "phone": "proposals"}
    NOT_PERSONAL = {"id", "public_id", "name", "remit", "ended_on", "is_demo"}

    public_id = PublicIdField()
    name = models.CharField(_("单位"), max_length=40, unique=True)
    contact_name = models.CharField(_("联系人"), max_length=50, blank=True, help_text=_("收链接的人；不公开"))
    phone = EncryptedField(_("联系人手机"), blank=True, max_plain=20)
    remit = models.CharField(_("管什么"), max_length=120, blank=True, help_text=_("转办时照着选"))
    ended_on = models.DateField(_("停用"), null=True, blank=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("承办单位")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Result(models.TextChoices):
    ADOPTED = "adopted", _("采用")
    PARTLY = "partly", _("部分采用")
    NOT_NOW = "not_now", _("暂不采用")


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the referrals of the proposals that `user` may read."""
        return self.filter(proposal__in=Proposal.objects.visible_to(user))

    def public_ids_visible_to(self, user):
        """Return the public ids of the referrals whose files `user` may open (slot `file_access`)."""
        return self.visible_to(user).values("public_id")

    def answered(self):
        """Return those that a department has answered."""
        return self.filter(state=ReferralState.ANSWERED)


@tracked
class Referral(DemoMark):
    """转办: a proposal at a department, with its due date and its answer."""

    PERSONAL = {"answer": "proposals", "note": "proposals", "reason": "proposals"}
    NOT_PERSONAL = {
        *("id", "public_id", "forwarded_at", "due_on", "first_due_on", "state", "result", "answered_at"),
        *("extra_days", "extension_reason", "extended_at", "reminders", "late_at", "is_demo"),
    }

    public_id = PublicIdField()
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="referrals", verbose_name=_("建言"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="referrals", verbose_name=_("承办单位"))
    note = models.CharField(_("给单位的话"), max_length=REASON_LENGTH, blank=True)
    forwarded_by = acting_account(_("转办人"))
    forwarded_at = models.DateTimeField(_("转办时间"), default=clock.now)
    first_due_on = models.DateField(_("原来的时限"))
    due_on = models.DateField(_("答复时限"))
    state = models.CharField(_("状态"), max_length=12, choices=ReferralState.choices, default=ReferralState.OPEN)
    reason = models.CharField(_("退回或收回的理由"), max_length=REASON_LENGTH, blank=True)
    answer = models.TextField(_("答复"), max_length=ANSWER_LENGTH, blank=True)
    result = models.CharField(_("采不采用"), max_length=8, choices=Result.choices, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    extra_days = models.PositiveSmallIntegerField(_("延长的工作日"), default=0)
    extension_reason = models.CharField(_("为什么延期"), max_length=REASON_LENGTH, blank=True)
    extended_by = acting_account(_("批准延期的人"))
    extended_at = models.DateTimeField(_("批准延期的时间"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("已提醒次数"), default=0)
    late_at = models.DateTimeField(_("超期时间"), null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("转办")
        ordering = ["forwarded_at", "id"]
        indexes = [models.Index(fields=["state", "due_on"]), models.Index(fields=["answered_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(state="open"),
                name="proposal_at_one_department",
                violation_error_message=_("已经转给一个单位，等它答复或者先收回。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(answer="") & ~Q(result="") & Q(answered_at__isnull=False),
                name="referral_answered_with_words",
                violation_error_message=_("答复要写内容，选采不采用。"),
            ),
            models.CheckConstraint(
                condition=Q(extra_days__lte=MOST_EXTRA_DAYS),
                name="referral_extended_by_fifteen_days",
                violation_error_message=_("延期在 1 到 15 个工作日之间。"),
            ),
            models.CheckConstraint(
                condition=Q(extended_by__isnull=True)
                | Q(forwarded_by__isnull=True)
                | ~Q(extended_by=F("forwarded_by")),
                name="referral_extended_by_a_second_person",
                violation_error_message=_("转办和批准延期要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return f"{self.proposal} → {self.department}"

    def get_absolute_url(self):
        return f"{self.proposal.get_absolute_url()}#answer"


class ReferralLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the links of the referrals that district staff read; authors read that there is one as a step."""
        rows = self.filter(referral__in=Referral.objects.visible_to(user))
        return rows if user.is_authenticated and access_scope(user).district else self.none()


class ReferralLink(models.Model):
    """A signed link to one referral, for a contact without an account. It ends by date, by the answer, or by a revocation.

    The code that the page asks for is derived from the row (`links.code_of`), so that a copy of the database opens
    no link.
    """

    PERSONAL: dict[str, str] = {}
    NOT_PERSONAL = {"id", "public_id", "made_at", "ends_at", "ended_at", "opened_at", "sent"}

    public_id = PublicIdField()
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="links", verbose_name=_("转办"))
    made_by = acting_account(_("谁发的"))
    made_at = models.DateTimeField(_("发出时间"), default=clock.now)
    ends_at = models.DateTimeField(_("有效到"))
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    opened_at = models.DateTimeField(_("第一次打开"), null=True, blank=True)
    sent = models.BooleanField(_("发了短信"), default=False)

    objects = ReferralLinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("单位的链接")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["referral"], condition=Q(ended_at__isnull=True), name="referral_one_link")
        ]

    def __str__(self):
        return f"{self.referral} {self.made_at:%Y-%m-%d}"

    @property
    def is_open(self):
        """Return whether it opens the page now."""
        return self.ended_at is None and clock.now() < self.ends_at


class AnswerCorrectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the corrections of the answers that `user` may read: author, co-signers and officers read the former words."""
        return self.filter(referral__in=Referral.objects.visible_to(user))

    def waiting(self):
        """Return those for which the department has not written the new answer yet."""
        return self.filter(corrected_at__isnull=True)

    def written(self):
        """Return those with the former answer, which another one has replaced."""
        return self.filter(corrected_at__isnull=False)

    def public_ids_visible_to(self, user):
        """Return the public ids of the corrections whose files, those of the former answers, `user` may open (slot `file_access`)."""
        return self.visible_to(user).values("public_id")


@tracked
class AnswerCorrection(DemoMark):
    """答复更正: the office lets a department correct its answer, with a reason; the former answer stays here, as replaced."""

    PERSONAL = {"answer": "proposals", "reason": "proposals"}
    NOT_PERSONAL = {"id", "public_id", "asked_at", "result", "corrected_at", "is_demo"}

    public_id = PublicIdField()
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="corrections", verbose_name=_("转办"))
    reason = models.CharField(_("为什么更正"), max_length=REASON_LENGTH)
    asked_by = acting_account(_("请单位更正的人"))
    asked_at = models.DateTimeField(_("请单位更正的时间"), default=clock.now)
    answer = models.TextField(_("原来的答复"), max_length=ANSWER_LENGTH, blank=True)  # empty until there is another one
    result = models.CharField(_("原来采不采用"), max_length=8, choices=Result.choices, blank=True)
    corrected_at = models.DateTimeField(_("更正时间"), null=True, blank=True)

    objects = AnswerCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("答复更正")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(corrected_at__isnull=True), name="answer_corrected_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True, answer="") | Q(corrected_at__isnull=False) & ~Q(answer=""),
                name="answer_correction_keeps_former_words",
                violation_error_message=_("更正以后要留着原来的答复。"),
            ),
        ]

    def __str__(self):
        return f"{self.referral} {self.asked_at:%Y-%m-%d}"


class PromiseState(models.TextChoices):
    OPEN = "open", _("在做")
    DONE = "done", _("做到")
    DROPPED = "dropped", _("做不到")


class PromiseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the promises of the proposals that `user` may read, also of one with which they were answered together."""
        seen = Proposal.objects.visible_to(user)
        together = seen.filter(state=ProposalState.MERGED)
        proposals = Proposal.objects.filter(Q(any_of("pk", seen)) | Q(any_of("pk", together, "merged_into")))
        return self.filter(referral__proposal__in=proposals)


@tracked
class Promise(DemoMark):
    """答应的事: what a department promised in its answer, by a day; kept, moved with a reason, or given up with a reason."""

    PERSONAL = {"what": "proposals", "public_what": "proposals", "note": "proposals", "reason": "proposals"}
    PERSONAL |= {"move_reason": "proposals"}
    NOT_PERSONAL = {
        *("id", "public_id", "due_on", "first_due_on", "state", "done_on", "reminded_on", "is_public", "is_demo"),
    }

    public_id = PublicIdField()
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="promises", verbose_name=_("转办"))
    what = models.CharField(_("答应做什么"), max_length=PROMISE_LENGTH)
    # without personal data, as two officers checked it; empty where it is published as the department wrote it
    public_what = models.CharField(_("公开时怎么写"), max_length=PROMISE_LENGTH, blank=True)
    due_on = models.DateField(_("哪天前"))
    first_due_on = models.DateField(_("原来的日子"))
    state = models.CharField(_("进展"), max_length=8, choices=PromiseState.choices, default=PromiseState.OPEN)
    done_on = models.DateField(_("做到的日子"), null=True, blank=True)
    note = models.CharField(_("做到了什么"), max_length=NOTE_LENGTH, blank=True)
    move_reason = models.CharField(_("改日子的原因"), max_length=REASON_LENGTH, blank=True)  # of the last other day
    reason = models.CharField(_("做不到或撤销的原因"), max_length=REASON_LENGTH, blank=True)
    reminded_on = models.DateField(_("提醒日"), null=True, blank=True)
    is_public = models.BooleanField(_("两个人核过，可以公开"), default=False)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("答应的事")
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | ~Q(state="done") & Q(done_on__isnull=True),
                name="promise_done_on_a_day",
                violation_error_message=_("做到了要有日子。"),
            ),
            models.CheckConstraint(
                condition=(Q(due_on=F("first_due_on")) | ~Q(move_reason="")) & (~Q(state="dropped") | ~Q(reason="")),
                name="promise_moved_with_words",
                violation_error_message=_("改日子和做不到要写原因。"),
            ),
        ]

    def __str__(self):
        return self.what

    @property
    def shown_what(self):
        """Return what is promised in the words that everybody reads, once it is public."""
        return self.public_what or self.what
