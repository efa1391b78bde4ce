"""The office's own table of exceptions from the weekly rhythm (requirements U15)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkdayException(models.Model):
    """A holiday on a weekday, or a working day on a weekend."""

    date = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("名称"), max_length=40)
    source = models.CharField(_("依据"), max_length=120)
    provisional = models.BooleanField(_("暂定"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("调休与放假")
        ordering = ["date"]

    def __str__(self):
        return f"{self.date} {self.name}"
