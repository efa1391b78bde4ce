"""How an officer reads a list of the staff site: the columns, the rows of a page, and saved views."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.web.lookups import table

PER_PAGE_CHOICES = (25, 100)


class ListSettingQuerySet(models.QuerySet["ListSetting"]):
    def visible_to(self, user: Any) -> Self:
        """Return the settings of `user`."""
        return self.filter(officer=user) if user.is_authenticated else self.none()


class ListSetting(models.Model):
    """The columns and the rows of a page that an officer chose for a list; empty columns are those of the list itself."""

    NOT_PERSONAL = {"id", "list_name", "columns", "per_page"}

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("谁的"))
    list_name = models.CharField(_("名单"), max_length=80)  # "app.Model"
    columns = models.JSONField(_("列"), default=list, blank=True)
    per_page = models.PositiveSmallIntegerField(_("一页多少条"), default=PER_PAGE_CHOICES[0])

    objects = ListSettingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("名单的显示")
        constraints = [
            models.UniqueConstraint(fields=["officer", "list_name"], name="list_setting_once"),
            models.CheckConstraint(condition=Q(per_page__in=PER_PAGE_CHOICES), name="list_setting_per_page"),
        ]

    def __str__(self) -> str:
        return self.list_name


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: Any) -> Self:
        """Return the own views of `user`, and those that colleagues of the same office share."""
        if not user.is_authenticated:
            return self.none()
        scope = access_scope(user)
        shared = Q(subdistrict__isnull=True) if scope.district else Q(subdistrict__in=scope.subdistricts)
        return self.filter(Q(owner=user) | shared & Q(is_shared=True))


class SavedView(models.Model):
    """视图: filters, order and columns of a list under a name, of one officer or shared with their office.

    `query` is the query string of the list. For a list about people it has no search text: a view is a condition that many may
    meet, never a mark on one person (domain.md, "What the portal refuses to hold"). `subdistrict` is the office of the
    owner, empty for the district.
    """

    NOT_PERSONAL = {"id", "public_id", "list_name", "name", "query", "columns", "is_shared", "changed_at"}

    public_id = PublicIdField()
    list_name = models.CharField(_("名单"), max_length=80)  # "app.Model"
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(_("条件"), max_length=1000, blank=True)
    columns = models.JSONField(_("列"), default=list, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("谁的"))
    is_shared = models.BooleanField(_("共享"), default=False)
    subdistrict = models.ForeignKey(Subdistrict, models.PROTECT, null=True, related_name="+", verbose_name=_("街道"))
    changed_at = models.DateTimeField(_("修改时间"), default=clock.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("视图")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["list_name", "subdistrict"], condition=Q(is_shared=True), name="view_shared")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_name", "name"],
                name="view_name_once",
                violation_error_message=_("你在这个名单里已经有一个同名的视图。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        meta = table(self.list_name)._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        query = "&".join(filter(None, [self.query, f"view={self.public_id}"]))
        return f"{url}?{query}"


class WatchedView(models.Model):
    """An officer wants to see the number of rows of a view beside 今日待办."""

    NOT_PERSONAL = {"id"}

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="watched", verbose_name=_("视图"))
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("谁的"))

    class Meta:
        verbose_name = verbose_name_plural = _("放到待办的视图")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["view", "officer"], name="watched_view_once")]

    def __str__(self) -> str:
        return str(self.view)
