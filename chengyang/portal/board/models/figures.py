"""The kept figures of the board, and what marks them as old."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DayFigure(models.Model):
    """What one day adds to one figure of one owner: the rows that count on it, or the change of a number that lasts.

    `keeping` writes it from the records, and may write it anew at any time: nothing else is known only here. The district
    has the owner 0. Rows without a day stand on `EVER_SINCE`. Zero is not stored.
    """

    code = models.CharField(_("数字"), max_length=40)
    kind = models.CharField(_("谁的"), max_length=12)
    owner = models.BigIntegerField(default=0)
    day = models.DateField(_("日期"))
    value = models.DecimalField(_("数"), max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = _("每日数字")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner", "code", "day"], name="day_figure_once", include=["value"]),
            models.CheckConstraint(condition=~models.Q(value=0), name="day_figure_is_not_zero"),
        ]
        indexes = [models.Index(fields=["code", "day"], name="day_figure_of_a_day")]

    def __str__(self):
        return f"{self.code} {self.kind}.{self.owner} {self.day}"


class PeriodFigure(models.Model):
    """A number of one owner in one period that is no sum over days, such as different persons.

    `period_figures` counts it once, and deletes it when a day of its period changes. The district has the owner 0.
    """

    code = models.CharField(_("数字"), max_length=40)
    kind = models.CharField(_("谁的"), max_length=12)
    owner = models.BigIntegerField(default=0)
    starts = models.DateField(_("起"))
    ends = models.DateField(_("止"))
    value = models.DecimalField(_("数"), max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = _("各期数字")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner", "code", "starts", "ends"], name="period_figure_once"),
        ]

    def __str__(self):
        return f"{self.code} {self.kind}.{self.owner} {self.starts}"


class PublishedPersons(models.Model):
    """The public table of persons by subdistrict and category on the last `day` of a month, as everybody has read it since.

    It stays as it was published (`results.publish_persons`): who compared the table of two days would see what was entered or
    deleted in between. `rows` are [label, numbers with their sum], the last one the sums; null is a hidden number.
    """

    day = models.DateField(_("截至"), unique=True)
    columns = models.JSONField(_("列"))
    rows = models.JSONField(_("行"))

    class Meta:
        verbose_name = verbose_name_plural = _("公布的人数")
        default_permissions = ()

    def __str__(self):
        return str(self.day)


class Mark(models.Model):
    """A day whose figures must be counted again, because a row of `source` has changed. Triggers write it (`watching`)."""

    source = models.CharField(max_length=120)
    day = models.DateField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.source} {self.day}"


class Keeping(models.Model):
    """The one row that says until when the kept figures are true, and which version of them stands in the table."""

    at = models.DateTimeField(_("截至"))
    version = models.PositiveBigIntegerField(default=0)
    declared = models.JSONField(default=dict)  # code → how it is counted, so that another way counts everything again

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="keeping_is_one_row")]

    def __str__(self):
        return f"{self.version} {self.at}"
