"""Accounts, roles, subdistricts and former passwords; and `DemoMark`, the base of models with demo rows."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.chinese import phones
from chengyang.lib.vault.fields import BlindIndexField, EncryptedField, LastFourField, blind_index
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.lookups import any_of

from ..access import access_scope
from ..roles import ADMINISTRATORS, RoleKind


class DemoMark(models.Model):
    """A model whose rows may belong to the demonstration; every page marks such rows."""

    is_demo = models.BooleanField(_("演示数据"), default=False, editable=False)

    class Meta:
        abstract = True


class Subdistrict(models.Model):
    """A 街道: one of the eight subdistrict offices of the district."""

    code = models.CharField(_("区划代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=30, unique=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("街道")
        ordering = ["order", "code"]

    def __str__(self):
        return self.name

    @property
    def short_name(self):
        return self.name.removesuffix("街道")


class UserQuerySet(models.QuerySet):
    def by_email(self, email):
        """Return the account that signs in with `email`, in upper or lower case: one row or none."""
        return self.alias(lowered=models.functions.Lower("email")).filter(lowered=email.strip().lower())

    def by_phone(self, phone):
        """Return the account that signs in with `phone` (E.164): one row or none."""
        return self.filter(phone_index=blind_index("phone", phone))

    def visible_to(self, user):
        """Return one's own account; for system and security administrators, all accounts of officers (requirements S07).

        An officer's account has an e-mail or a role. The accounts of citizens are left out: they show names of members.
        """
        scope = access_scope(user)
        if scope.administrator in ("system", "security"):
            return self.filter(models.Q(email__isnull=False) | any_of("pk", Role.objects.all(), key="user"))
        return self.filter(pk=user.pk) if user.is_authenticated else self.none()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, key):
        return self.by_email(key).get()


@tracked(exclude=["last_login"])
class User(AbstractBaseUser, DemoMark):
    """An account: citizens sign in by phone, officers by e-mail. It is not a `Person`, which is an entry in the registry."""

    PERSONAL = {
        "name": "account",
        "email": "account",
        "phone": "account",
        "phone_index": "account",
        "phone_last4": "account",
    }
    NOT_PERSONAL = {
        "id",
        "public_id",
        "password",
        "last_login",
        "is_active",
        "date_joined",
        "password_set_at",
        "must_change_password",
        "surname_failures",
        "closing_notified_at",
        "closed_at",
        "is_demo",
    }

    public_id = PublicIdField()
    name = models.CharField(_("称呼"), max_length=50, blank=True)
    email = models.EmailField(_("电子邮箱"), max_length=254, null=True, blank=True)
    phone = EncryptedField(_("手机"), blank=True, max_plain=20)
    phone_index = BlindIndexField("phone", namespace="phone")
    phone_last4 = LastFourField("phone")
    is_active = models.BooleanField(_("可以登录"), default=True)
    date_joined = models.DateTimeField(_("建立时间"), default=clock.now, editable=False)
    password_set_at = models.DateTimeField(_("密码设置时间"), null=True, editable=False)
    must_change_password = models.BooleanField(_("须改密码"), default=False, editable=False)
    # Wrong answers to the question for the surname after a long absence; three close this way in (`returning`).
    surname_failures = models.PositiveSmallIntegerField(_("姓氏答错次数"), default=0, editable=False)
    closing_notified_at = models.DateTimeField(_("预告注销时间"), null=True, editable=False)
    closed_at = models.DateTimeField(_("注销时间"), null=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    is_superuser = False  # always: rights come from roles and posts only
    one_time_password = ""  # in the clear after `actions` has created one, to be shown once; not a column

    class Meta:
        verbose_name = verbose_name_plural = _("账号")
        indexes = [
            models.Index(fields=["phone_last4"], name="user_phone_last4"),
            models.Index(fields=["-date_joined", "-id"], condition=Q(email__isnull=False), name="user_of_officer"),
        ]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                name="user_email_once",
                violation_error_message=_("这个邮箱已经有账号了。"),
            ),
            models.UniqueConstraint(
                fields=["phone_index"], name="user_phone_once", violation_error_message=_("这个手机号已经有账号了。")
            ),
            models.CheckConstraint(condition=~Q(email=""), name="user_email_not_empty"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(is_active=False, name="", email__isnull=True, phone="", phone_index__isnull=True),
                name="user_closed_is_empty",
            ),
        ]

    def __str__(self):
        return self.name or phones.mask_phone(self.phone) or self.email or self.public_id

    def clean(self):
        self.email = (self.email or "").strip().lower() or None

    def set_password(self, raw_password):
        """Set the password and `password_set_at`. Call `actions.set_password` instead when a user does it."""
        super().set_password(raw_password)
        self.password_set_at = clock.now() if raw_password is not None else None

    @property
    def is_officer(self):
        """Whether this account has a role or a managing post today."""
        return access_scope(self).officer

    is_staff = is_officer  # the name that Django's admin site uses

    @property
    def is_auditor(self):
        return access_scope(self).administrator == Role.Kind.AUDIT

    def has_perm(self, perm, obj=None):
        return False  # rights are checked by can_… functions; Django's permissions are not used

    def has_perms(self, perms, obj=None):
        return False

    def has_module_perms(self, app_label):
        return self.is_officer


class RoleQuerySet(models.QuerySet):
    def on(self, day):
        return self.filter(Q(ends__isnull=True) | Q(ends__gt=day), starts__lte=day)

    def visible_to(self, user):
        scope = access_scope(user)
        if scope.administrator in ("system", "security", "audit"):
            return self.all()
        return self.filter(user=user) if user.is_authenticated else self.none()


class OneUser(models.Func):
    """An account id as a range of one value.

    Exclusion constraints on a plain column need the extension btree_gist; on ranges they do not (architecture.md, "Data").
    """

    function = "int8range"
    output_field = BigIntegerRangeField()


class Days(models.Func):
    """The days from one date (inclusive) to another (exclusive)."""

    function = "daterange"
    output_field = DateRangeField()


class Side(models.Func):
    """A range of integers; adjacent ranges stand for administrators and for all other roles."""

    function = "int4range"
    output_field = IntegerRangeField()


_ONE_USER = OneUser("user", "user", Value("[]"))
# daterange() fails when the dates are in the wrong order; GREATEST avoids that, so that the constraint
# role_ends_after_start refuses them with a readable message.
_DAYS = Days("starts", models.Case(models.When(ends__isnull=False, then=models.functions.Greatest("starts", "ends"))))
# Administrators get the range [0, 1), all other roles [1, 2): two roles of one account with adjacent ranges exclude each
# other (requirements S07). The operator <> cannot be used here: for it, an exclusion constraint needs btree_gist.
_IS_ADMINISTRATOR = Q(kind__in=["system", "security", "audit"])
_ADMINISTRATOR = models.When(_IS_ADMINISTRATOR, then=Side(Value(0), Value(1)))
_SIDE = models.Case(_ADMINISTRATOR, default=Side(Value(1), Value(2)))


@tracked
class Role(DemoMark):
    """A role of an account from the day `starts` (inclusive) to the day `ends` (exclusive)."""

    Kind = RoleKind
    ADMINISTRATORS = ADMINISTRATORS
    PERSONAL = {"kind": "account", "starts": "account", "ends": "account"}
    NOT_PERSONAL = {"id", "is_demo"}

    user = models.ForeignKey(User, models.CASCADE, related_name="roles", verbose_name=_("账号"))
    kind = models.CharField(_("角色"), max_length=20, choices=Kind.choices)
    subdistrict = models.ForeignKey(Subdistrict, models.PROTECT, null=True, blank=True, verbose_name=_("街道"))
    starts = models.DateField(_("起"), default=clock.today)
    ends = models.DateField(_("止"), null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("角色")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="subdistrict_staff", subdistrict__isnull=False)
                | (~Q(kind="subdistrict_staff") & Q(subdistrict__isnull=True)),
                name="role_subdistrict_only_for_its_staff",
                violation_error_message=_("街道工作人员要写明街道，其他角色不写。"),
                violation_error_code="subdistrict",
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),  # equal: ended on its first day
                name="role_ends_after_start",
                violation_error_message=_("结束日期不能早于开始日期。"),
                violation_error_code="dates",
            ),
            ExclusionConstraint(
                name="role_administrators_hold_no_other",
                expressions=[
                    (_ONE_USER, RangeOperators.OVERLAPS),
                    (_DAYS, RangeOperators.OVERLAPS),
                    (_SIDE, RangeOperators.ADJACENT_TO),
                ],
                violation_error_message=_("管理员不能兼任其他角色。"),
                violation_error_code="administrator",
            ),
            ExclusionConstraint(
                name="role_one_administrator_each",
                expressions=[
                    (_ONE_USER, RangeOperators.OVERLAPS),
                    (_DAYS, RangeOperators.OVERLAPS),
                    (models.Case(_ADMINISTRATOR), RangeOperators.OVERLAPS),  # null for other roles: never conflicts
                ],
                violation_error_message=_("三种管理员不能由同一个人兼任。"),
                violation_error_code="administrator",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "subdistrict"],
                condition=Q(ends__isnull=True),
                nulls_distinct=False,
                name="role_once",
                violation_error_message=_("已经有这个角色。"),
                violation_error_code="held",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}{f'（{self.subdistrict}）' if self.subdistrict_id else ''}"

    def holds(self, day):
        """Return whether the account has the role on `day`."""
        return self.starts <= day and self.is_open(day)

    def is_open(self, day):
        """Return whether the role has not ended by `day`; it may start later."""
        return self.ends is None or day < self.ends


class FormerPassword(models.Model):
    """The hash of a password that was set; the last five cannot be used again (requirements S01)."""

    NOT_PERSONAL = {"id", "password", "at"}

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords", verbose_name=_("账号"))
    password = models.CharField(max_length=128)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = _("用过的密码")
        ordering = ["-id"]

    def __str__(self):
        return str(self.at)
