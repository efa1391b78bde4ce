"""Check-ins, and the volunteer hours computed from them."""

import datetime as dt
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import dates
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from chengyang.platform.web.lookups import any_of

from . import served
from .signups import Signup, is_own, managed_activity_q


class CheckInQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the user's own check-ins, and those of the activities that `user` manages."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(is_own(user, "signup__") | managed_activity_q(self, user, "signup__activity"))

    def search(self, text):
        """Return the rows of the sign-ups that `text` may mean, see `SignupQuerySet.search`."""
        return self.filter(any_of("signup_id", Signup.objects.search(text))) if (text or "").strip() else self

    def managed_by(self, user):
        """Return the check-ins of the activities that `user` manages."""
        return self.filter(managed_activity_q(self, user, "signup__activity"))


def _attendance_trigger(name, operation, sign, **rows):
    """Return a statement trigger that adds (`sign` +) or subtracts (-) the changed check-ins in `Activity.attended`.

    Counting in Python would miss bulk and raw writes. One trigger per statement, not per row, updates an activity once.
    `rows` names the transition table `counted`.
    """
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=f"""
            UPDATE activities_activity AS a SET attended = a.attended {sign} c.number
            FROM (SELECT s.activity_id, count(*) AS number FROM counted k
                  JOIN activities_signup s ON s.id = k.signup_id GROUP BY s.activity_id) AS c
            WHERE a.id = c.activity_id;
            RETURN NULL;
        """,  # noqa: S608  (`sign` is a constant in this module)
    )


@pgtrigger.register(
    _attendance_trigger("checkin_counted", pgtrigger.Insert, "+", new="counted"),
    _attendance_trigger("checkin_uncounted", pgtrigger.Delete, "-", old="counted"),
)
@tracked
class CheckIn(models.Model):
    """签到: the check-in of one sign-up, by QR code or from the list, never by location."""

    class Method(models.TextChoices):
        QR = "qr", _("扫码")
        LIST = "list", _("名单")
        LATE = "late", _("补签")  # after the end, for example from a paper list

    PERSONAL = {"method": "signup", "checked_in_at": "signup", "checked_out_at": "signup", "reason": "signup"}
    NOT_PERSONAL = {"id"}

    signup = models.OneToOneField(Signup, models.PROTECT, related_name="checkin", verbose_name=_("报名"))
    method = models.CharField(_("方式"), max_length=5, choices=Method.choices, default=Method.LIST)
    checked_in_at = models.DateTimeField(_("签到"), default=clock.now)
    checked_out_at = models.DateTimeField(_("签退"), null=True, blank=True)
    by = acting_account(_("经办"))

    reason = models.CharField(_("补签理由"), max_length=REASON_LENGTH, blank=True)  # of a late check-in

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("签到")
        ordering = ["-checked_in_at", "-id"]
        indexes = [models.Index(fields=["-checked_in_at", "-id"], name="checkin_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_out_at__isnull=True) | Q(checked_out_at__gte=F("checked_in_at")),
                name="checkin_out_after_in",
                violation_error_message=_("签退要晚于签到。"),
            ),
            models.CheckConstraint(
                condition=~Q(method="late") | ~Q(reason=""),
                name="checkin_late_has_reason",
                violation_error_message=_("补签到要写理由。"),
            ),
        ]

    def __str__(self):
        return str(self.signup)

    @property
    def staff_label(self):
        """Return how the staff site names the check-in, see `Signup.staff_label`."""
        return self.signup.staff_label


class ServiceRecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the user's own records, and those of the activities that `user` manages."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            is_own(user, "checkin__signup__") | managed_activity_q(self, user, "checkin__signup__activity")
        )

    def search(self, text):
        """Return the rows of the sign-ups that `text` may mean, see `SignupQuerySet.search`."""
        return self.filter(any_of("checkin__signup_id", Signup.objects.search(text))) if (text or "").strip() else self

    def managed_by(self, user):
        """Return the records of the activities that `user` manages."""
        return self.filter(managed_activity_q(self, user, "checkin__signup__activity"))

    def of(self, user):
        """Return the user's own records."""
        return self.filter(is_own(user, "checkin__signup__")) if user.is_authenticated else self.none()

    def in_year(self, year):
        """Return the records of services that began in `year`, as the figures of the district count them."""
        return self.filter(
            checkin__signup__activity__starts__gte=clock.at(dt.date(year, 1, 1)),
            checkin__signup__activity__starts__lt=clock.at(dt.date(year + 1, 1, 1)),
        )

    def total(self):
        """Return the sum of hours, as a Decimal."""
        return self.aggregate(total=models.Sum("hours"))["total"] or Decimal(0)


@pgtrigger.register(
    served.on_records("service_counted", pgtrigger.Insert, new="counted"),
    served.on_records("service_uncounted", pgtrigger.Delete, old="counted"),
    served.on_hours(),
    pgtrigger.Trigger(
        name="only_volunteer_service_earns",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("served", "text")],
        func="""
            SELECT a.kind INTO served FROM activities_checkin c JOIN activities_signup s ON s.id = c.signup_id
                JOIN activities_activity a ON a.id = s.activity_id WHERE c.id = NEW.checkin_id;
            IF served IS DISTINCT FROM 'volunteer' THEN
                RAISE EXCEPTION 'only volunteer service earns hours';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="no_hours_without_check_out",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Q(new__hours__gt=0),
        func="""
            IF EXISTS (SELECT 1 FROM activities_checkin c WHERE c.id = NEW.checkin_id AND c.checked_out_at IS NULL) THEN
                RAISE EXCEPTION 'no hours without a check-out';
            END IF;
            RETURN NEW;
        """,
    ),
)
@tracked
class ServiceRecord(models.Model):
    """服务记录: the volunteer hours of one check-in, in steps of half an hour (domain.md rule 8)."""

    PERSONAL = {"hours": "volunteer", "reason": "volunteer", "previous_hours": "volunteer"}
    NOT_PERSONAL = {"id", "public_id", "at", "corrected_at"}

    public_id = PublicIdField()
    checkin = models.OneToOneField(CheckIn, models.PROTECT, related_name="service", verbose_name=_("签到"))
    hours = models.DecimalField(_("时长（小时）"), max_digits=4, decimal_places=1)
    at = models.DateTimeField(_("记录时间"), default=clock.now)
    previous_hours = models.DecimalField(_("更正前"), max_digits=4, decimal_places=1, null=True, blank=True)
    reason = models.CharField(_("更正理由"), max_length=REASON_LENGTH, blank=True)
    corrected_by = acting_account(_("更正人"))
    corrected_at = models.DateTimeField(_("更正时间"), null=True, blank=True)

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("服务记录")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="service_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gte=0, hours__lte=24),
                name="service_hours_of_a_day",
                violation_error_message=_("时长在 0 到 24 小时之间。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    hours=models.functions.Floor(F("hours") * 2, output_field=models.DecimalField()) / Decimal(2)
                ),
                name="service_hours_in_halves",
                violation_error_message=_("时长以半小时为一档。"),
            ),
            models.CheckConstraint(
                condition=Q(previous_hours__isnull=True) | ~Q(reason=""),
                name="service_correction_has_reason",
                violation_error_message=_("更正要写理由。"),
            ),
        ]

    def __str__(self):
        return f"{self.checkin}，{dates.hours(self.hours)}"
