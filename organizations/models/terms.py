"""届: the terms of office of an organization."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.accounts.models.accounts import Days, OneUser
from chengyang.platform.audit.history import tracked

from .organizations import Organization

# The key of an organization as a range of one value: exclusion constraints on ranges need no extension of Postgres.
ONE_ORGANIZATION = OneUser("organization", "organization", Value("[]"))
# daterange() fails when the dates are in the wrong order; GREATEST avoids that, so that a constraint with a readable message
# refuses them.
DAYS = Days("starts", models.functions.Greatest("starts", "ends"))


class TermQuerySet(models.QuerySet):
    def on(self, day):
        """Return the terms that run on `day` (`ends` is exclusive)."""
        return self.filter(starts__lte=day, ends__gt=day)

    def published(self):
        """Return the terms of the organizations that the public sees."""
        return self.filter(organization__is_published=True)

    def visible_to(self, user):
        """Return the terms of the public organizations, and of those that `user` manages; for district staff all."""
        scope = access_scope(user)
        if scope.district:
            return self.all()
        managed = Organization.objects.managed_q(scope, prefix="organization__")
        return self.filter(Q(organization__is_published=True) | managed)


@tracked
class Term(DemoMark):
    """届: a term of office of an organization, from the day `starts` (inclusive) to `ends` (exclusive)."""

    EDITABLE_FIELDS = ("number", "starts", "ends")

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="terms", verbose_name=_("组织"))
    number = models.PositiveSmallIntegerField(_("第几届"), validators=[MinValueValidator(1)])
    starts = models.DateField(_("起"))
    ends = models.DateField(_("止"), help_text=_("任期满后的第一天"))

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("届")
        ordering = ["-starts", "-id"]
        indexes = [models.Index(fields=["-starts", "-id"], name="term_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="term_ends_after_start",
                violation_error_message=_("届满的日期要晚于开始的日期。"),
            ),
            models.UniqueConstraint(
                fields=["organization", "number"],
                name="term_number_once",
                violation_error_message=_("这一届已经登记过。"),
            ),
            ExclusionConstraint(
                name="terms_do_not_overlap",
                expressions=[(ONE_ORGANIZATION, RangeOperators.OVERLAPS), (DAYS, RangeOperators.OVERLAPS)],
                violation_error_message=_("和已经登记的一届日期重叠。"),
            ),
        ]

    def __str__(self):
        return f"{self.organization} {self.title}"

    @property
    def title(self):
        """Return `第 3 届`."""
        return _("第 %(number)d 届") % {"number": self.number}

    @property
    def last(self):
        """Return the last day of the term."""
        return self.ends - dt.timedelta(days=1)
