"""Rules by which a request without a team is assigned to one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked

from .requests import CATEGORIES
from .teams import Team


class RoutingRuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return all rules to district staff, who make them; nothing to others."""
        return self if access_scope(user).district else self.none()

    def team_for(self, category, subdistrict_id):
        """Return the team to which a request of `category` goes, None without a rule; one for the subdistrict goes first."""
        rows = self.filter(
            category=category, ended_on__isnull=True, team__closed_on__isnull=True, team__is_published=True
        )
        rows = rows.filter(Q(subdistrict=subdistrict_id) | Q(subdistrict__isnull=True)).select_related("team")
        found = sorted(rows, key=lambda rule: rule.subdistrict_id is None)
        return found[0].team if found else None


@tracked
class RoutingRule(DemoMark):
    """分办规则: requests of a category, perhaps only those from a subdistrict, go to a team at once; the office follows them."""

    EDITABLE_FIELDS = ("category", "subdistrict", "team")

    public_id = PublicIdField()
    category = models.CharField(_("类别"), max_length=20, choices=CATEGORIES.items())
    subdistrict = models.ForeignKey(
        "accounts.Subdistrict", models.PROTECT, null=True, blank=True, verbose_name=_("提出人所在街道")
    )
    team = models.ForeignKey(Team, models.PROTECT, related_name="routing_rules", verbose_name=_("交给哪支队"))
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("分办规则")
        ordering = ["category", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "subdistrict"],
                condition=Q(ended_on__isnull=True),
                nulls_distinct=False,
                name="routing_rule_once_for_each_category",
                violation_error_message=_("这一类在这个街道已经有规则。"),
            ),
        ]

    def __str__(self):
        return f"{self.get_category_display()} {self.team}"
