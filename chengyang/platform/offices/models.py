"""Where people find the office: the district's own and one window for each subdistrict, with address, telephone and hours."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked

_PHONE = RegexValidator(r"^\+?[0-9][0-9 \-]{5,24}$", _("写数字，例如 0532-12345678；几个号码只写一个。"))


class OfficeQuerySet(models.QuerySet):
    def published(self):
        """Return the offices that have something to show."""
        return self.exclude(address="", phone="", email="", hours="")

    def visible_to(self, user):
        """Return the offices that `user` may edit: all for the district, their own for staff of a subdistrict."""
        scope = access_scope(user)
        return self.all() if scope.district else self.filter(subdistrict__in=scope.subdistricts)


@tracked
class Office(DemoMark):
    """The place where people come or call: of the district where `subdistrict` is null, else the window of that subdistrict.

    The rows are made by `manage.py seed`; officers fill them in. What is empty is left out of every page.
    """

    EDITABLE_FIELDS = ("name", "address", "phone", "email", "hours")  # in the order of the form
    NOT_PERSONAL = {*EDITABLE_FIELDS, "id", "is_demo"}  # of an office, not of a person

    subdistrict = models.OneToOneField(
        "accounts.Subdistrict", models.CASCADE, null=True, blank=True, related_name="office", verbose_name=_("街道")
    )
    name = models.CharField(_("窗口名称"), max_length=40, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    phone = models.CharField(_("电话"), max_length=26, blank=True, validators=[_PHONE])
    email = models.EmailField(_("电子邮箱"), max_length=120, blank=True)
    hours = models.CharField(_("时间"), max_length=80, blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("对外窗口")
        ordering = [models.F("subdistrict__order").asc(nulls_first=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(subdistrict__isnull=True), name="office_one_of_the_district"
            )
        ]

    def __str__(self):
        return self.name or (f"{self.subdistrict}" if self.subdistrict_id else str(_("区办公室")))

    @property
    def is_set(self):
        """Whether there is anything to show."""
        return bool(self.address or self.phone or self.email or self.hours)

    def missing(self):
        """Return the labels of the lines that people need and that are empty: address, telephone and hours."""
        return [
            str(self._meta.get_field(name).verbose_name)
            for name in ("address", "phone", "hours")
            if not getattr(self, name)
        ]
