"""Codes sent to phones, counted attempts, numbers that accounts used before, and requests to get an account back."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import phones
from chengyang.lib.vault.fields import BlindIndexField, EncryptedField, blind_index
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.audit.history import tracked

from ..access import access_scope
from .accounts import User


class PhoneProof(models.Model):
    """A code that was sent to a phone: valid for five minutes and five tries, stored as a hash (requirements U22).

    Rows are deleted after one day.
    """

    PERSONAL = {"phone": "account", "phone_index": "account", "address": "security", "network": "security"}
    NOT_PERSONAL = {
        "id",
        "public_id",
        "purpose",
        "code_hash",
        "session_hash",
        "from_known_device",
        "sent_at",
        "tries",
        "used_at",
    }

    class Purpose(models.TextChoices):
        """The use of the code, as the text message names it."""

        SIGN_IN = "sign_in", _("登录")
        JOIN = "join", _("加入新阶层")
        SIGN_UP = "sign_up", _("活动报名")
        VISIT = "visit", _("观摩预约")
        CHANGE = "change", _("更换手机号")
        STEP_UP = "step_up", _("确认是你本人")
        LOST = "lost", _("找回账号")

    public_id = PublicIdField()
    phone = EncryptedField(_("手机"), max_plain=20)
    phone_index = BlindIndexField("phone", namespace="phone")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.SIGN_IN)
    code_hash = models.CharField(max_length=64)  # keyed; covers public_id, so that it is worth nothing in another row
    # Of the session that asked: keyed, because a session key in the clear would give access to the session.
    session_hash = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    network = models.GenericIPAddressField(null=True)  # the address, of IPv6 the first 64 bits: what limits count by
    from_known_device = models.BooleanField(default=False)  # counted apart, so that others cannot use up its codes
    # Set on the row of a second browser that types in the code of the first one; no message was sent for it.
    same_code_as = models.ForeignKey("self", models.CASCADE, null=True, related_name="followers")
    sent_at = models.DateTimeField(default=clock.now, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("手机验证")
        indexes = [models.Index(fields=["phone_index", "-sent_at"]), models.Index(fields=["network", "-sent_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=5), name="phone_proof_five_tries"),
            models.UniqueConstraint(fields=["same_code_as"], name="phone_proof_one_follower"),
        ]

    def __str__(self):
        return self.public_id

    @property
    def shown_phone(self):
        """The whole number in groups, for the person who has just typed it, so that a typing error is visible."""
        return phones.spaced_phone(self.phone)


class Attempt(models.Model):
    """A counted attempt, of signing in by password (see `login_throttle`) or of anything else that `limits` counts.

    Rows are deleted after one day (requirements S03).
    """

    PERSONAL = {"key": "security", "address": "security"}
    NOT_PERSONAL = {"id", "at"}

    key = models.CharField(max_length=64, db_index=True)  # keyed hash of what is counted, such as the typed e-mail
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("登录失败")

    def __str__(self):
        return self.key


class FormerNumberQuerySet(models.QuerySet):
    def of_phone(self, phone):
        """Return the rows of accounts that signed in with `phone` (E.164) before, newest first."""
        return self.filter(number_index=blind_index("phone", phone)).order_by("-at", "-pk")

    def visible_to(self, user):
        return self.filter(user=user) if user.is_authenticated else self.none()


class FormerNumber(models.Model):
    """A number that an account signed in with before (decisions.md, "numbers").

    Whoever signs in with it is notified what happened instead of getting a second account. `phone` is stored only while the
    change can be undone; the row is deleted after a year.
    """

    class Reason(models.TextChoices):
        CHANGED = "changed", _("本人更换")
        LOST = "lost", _("号码丢失，街道当面核对后更换")
        NEW_OWNER = "new_owner", _("号码换了主人")

    PERSONAL = {"phone": "account", "number_index": "account"}
    NOT_PERSONAL = {"id", "public_id", "reason", "at", "undone_at", "released_at"}

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="former_numbers", verbose_name=_("账号"))
    phone = EncryptedField(_("原号码"), blank=True, max_plain=20)
    # Not a BlindIndexField: it stays when `phone` has been emptied.
    number_index = models.CharField(max_length=64, db_index=True)
    reason = models.CharField(_("原因"), max_length=10, choices=Reason.choices)
    at = models.DateTimeField(_("停用时间"), default=clock.now, db_index=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    released_at = models.DateTimeField(_("另开账号时间"), null=True)  # its holder chose to open an account of their own

    objects = FormerNumberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("用过的手机号")
        ordering = ["-at", "-id"]

    def __str__(self):
        return self.get_reason_display()


class NumberRequestQuerySet(models.QuerySet):
    def waiting(self):
        """Return the requests that an officer has not decided yet."""
        return self.filter(state=NumberRequest.State.SUBMITTED)

    def within(self, scope):
        """Return the requests about persons whom `scope` covers as staff."""
        rows = self.filter(user__person__state="active")
        return rows if scope.district else rows.filter(user__person__subdistrict__in=scope.subdistricts)

    def visible_to(self, user):
        """Return one's own requests, and those of the persons whom `user` is responsible for as staff."""
        scope = access_scope(user)
        own = self.filter(user=user) if user.is_authenticated else self.none()
        return self.filter(models.Q(pk__in=self.within(scope)) | models.Q(pk__in=own)) if scope.staff else own


@tracked
class NumberRequest(models.Model):
    """The request of somebody who cannot receive codes for their account: staff check who they are, in person.

    After the check 72 hours pass, in which the number so far can stop it; then `phone` becomes the number of the account.
    With the number that the account has already, it lets them sign in after a long absence (`returning`).
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("待核对")
        CHECKED = "checked", _("已核对，等待生效")
        DONE = "done", _("已生效")
        REFUSED = "refused", _("未通过")
        STOPPED = "stopped", _("原号码叫停")

    OPEN = (State.SUBMITTED, State.CHECKED)
    PERSONAL = {"phone": "account", "phone_index": "account", "reason": "account"}
    NOT_PERSONAL = {"id", "public_id", "state", "at", "due_on", "decided_at", "effective_at"}

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="number_requests", verbose_name=_("账号"))
    phone = EncryptedField(_("新号码"), blank=True, max_plain=20)
    phone_index = BlindIndexField("phone", namespace="phone", unique=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.SUBMITTED)
    at = models.DateTimeField(_("提出时间"), default=clock.now)
    due_on = models.DateField(_("时限"))
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("核对人"))
    decided_at = models.DateTimeField(_("核对时间"), null=True)
    effective_at = models.DateTimeField(_("生效时间"), null=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)

    objects = NumberRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("找回账号的申请")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="number_request_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["submitted", "checked"]), name="number_request_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["checked", "done"]) | Q(effective_at__isnull=False, decided_at__isnull=False),
                name="number_request_checked_has_a_moment",
            ),
        ]

    def __str__(self):
        return str(self.user)

    def get_absolute_url(self):
        return reverse("admin:staff_decide", args=["number-request", self.public_id])
