"""章程: the charter of an organization, in versions with dates; everybody may download those of a public organization."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.files.models import File
from chengyang.platform.web.fields import acting_account

from .organizations import Organization


class CharterQuerySet(models.QuerySet):
    def valid(self):
        """Return the versions that were not taken back as entered by mistake."""
        return self.filter(withdrawn_at__isnull=True)

    def on(self, day):
        """Return the versions that have come into force by `day`, the one in force first."""
        return self.valid().filter(starts__lte=day).order_by("-starts", "-number")

    def published(self):
        """Return the versions that everybody may download: adopted ones of public organizations, also those to come."""
        return self.valid().filter(organization__is_published=True)

    def visible_to(self, user):
        """Return the published versions, and all in the organizations that `user` manages; for district staff all."""
        scope = access_scope(user)
        if scope.district:
            return self.all()
        managed = Organization.objects.managed_q(scope, prefix="organization__")
        return self.filter(Q(withdrawn_at__isnull=True, organization__is_published=True) | managed)

    def public_ids_visible_to(self, user):
        """Return the public ids of the versions whose files `user` may open (slot `file_access`)."""
        return self.visible_to(user).values("public_id")


@tracked
class Charter(DemoMark):
    """One version of a charter: when it was adopted, from which day it is in force until the next one, and its PDF."""

    EDITABLE_FIELDS = ("adopted_on", "adopted_by", "starts", "note")
    NOT_PERSONAL = {
        *("id", "public_id", "number", "adopted_on", "adopted_by", "starts", "note", "uploaded_at", "withdrawn_at"),
        *("reason", "is_demo"),
    }

    public_id = PublicIdField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="charters", verbose_name=_("组织"))
    number = models.PositiveSmallIntegerField(_("第几版"), validators=[MinValueValidator(1)])
    adopted_on = models.DateField(_("通过日期"))
    adopted_by = models.CharField(_("在哪个会上通过"), max_length=60, help_text=_("如：第一次会员大会"))
    starts = models.DateField(_("施行日期"))
    note = models.CharField(_("改了什么"), max_length=200, blank=True)
    uploaded_by = acting_account(_("上传的人"))
    uploaded_at = models.DateTimeField(_("上传时间"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True, blank=True, editable=False)
    reason = models.CharField(_("撤下的理由"), max_length=REASON_LENGTH, blank=True)

    objects = CharterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("章程")
        ordering = ["-starts", "-number"]
        indexes = [models.Index(fields=["-starts", "-id"], name="charter_latest")]
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="charter_number_once"),
            models.UniqueConstraint(
                fields=["organization", "starts"],
                condition=Q(withdrawn_at__isnull=True),
                name="charter_one_from_a_day",
                violation_error_message=_("同一天已经有一版章程开始施行。"),
            ),
            models.CheckConstraint(
                condition=Q(starts__gte=F("adopted_on")),
                name="charter_in_force_after_adoption",
                violation_error_message=_("施行日期不能早于通过日期。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(reason=""), name="charter_withdrawn_with_a_reason"
            ),
        ]

    def __str__(self):
        return _("%(name)s章程第 %(n)d 版") % {"name": self.organization, "n": self.number}

    def get_absolute_url(self):
        """Return the address of the download."""
        return reverse("organizations:charter", args=[self.organization.slug, self.public_id])

    @property
    def title(self):
        """Return `第 3 版`."""
        return _("第 %(n)d 版") % {"n": self.number}

    def file(self):
        """Return the upload, None where it is missing."""
        rows = File.objects.filter(attached_to="organizations.Charter", attached_id=self.public_id)
        return rows.order_by("-pk").first()
