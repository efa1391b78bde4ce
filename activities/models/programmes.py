"""Activity programmes and brands: short tables that the district office maintains."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengyang.platform.accounts.models import DemoMark


class Programme(models.Model):
    """活动项目: one of the four programmes, each with its own colour and icon."""

    EDITABLE_FIELDS = ("name", "summary", "order")  # in the order of the form

    code = models.SlugField(_("代码"), max_length=20, unique=True)  # also the CSS class: xin, qu, zhi, li
    name = models.CharField(_("名称"), max_length=30, unique=True)
    summary = models.CharField(_("简介"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("活动项目")
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class Brand(DemoMark):
    """品牌, such as 新e汇+ and 新心行动."""

    EDITABLE_FIELDS = ("name", "summary", "since", "order")  # in the order of the form

    name = models.CharField(_("名称"), max_length=30, unique=True)
    summary = models.CharField(_("简介"), max_length=200, blank=True)
    since = models.DateField(_("起"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("品牌")
        ordering = ["order", "id"]

    def __str__(self):
        return self.name
