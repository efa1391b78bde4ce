"""成果类型: what can be reported as an outcome, which the district office keeps as data."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengyang.lib.chinese import dates
from chengyang.platform.audit.history import tracked
from organizations.models.kinds import Listed


@tracked
class OutcomeKind(Listed):
    """成果类型: such as 捐款 or 孵化企业, with the unit of its number and what shows that it is true.

    `count_by` and `counts_people` are fixed once it is there: the sums of what was reported rest on them.
    """

    EDITABLE_FIELDS = ("name", "unit", "evidence", "order", "is_offered")
    FIXED_FIELDS = ("code", "count_by", "counts_people")  # given when it is added
    NOT_PERSONAL = {*Listed.NOT_PERSONAL, "count_by", "unit", "evidence", "counts_people"}

    class CountBy(models.TextChoices):
        MONEY = "money", _("金额")
        NUMBER = "number", _("数量")

    count_by = models.CharField(_("按什么算"), max_length=6, choices=CountBy.choices, default=CountBy.NUMBER)
    unit = models.CharField(_("单位"), max_length=6, help_text=_("如 家、人、件；金额一律写元"))
    evidence = models.CharField(
        _("什么算凭证"), max_length=120, blank=True, help_text=_("上报和核实的人都看到，如 收据或转账回单")
    )
    # Numbers of persons below five are not public (domain.md rule 11).
    counts_people = models.BooleanField(_("数的是人"), default=False, help_text=_("数人的，不到五个不公布"))

    class Meta(Listed.Meta):
        verbose_name = verbose_name_plural = _("成果类型")
        constraints = [
            models.CheckConstraint(
                condition=~Q(count_by="money") | Q(unit="元", counts_people=False),
                name="outcome_kind_money_in_yuan",
                violation_error_message=_("按金额算的，单位写“元”，数的也不是人。"),
            )
        ]

    @property
    def is_money(self):
        """Return whether its number is an amount of yuan."""
        return self.count_by == self.CountBy.MONEY

    def number_text(self, number):
        """Return `number` of this kind as the site writes it: `5 万元`, `46 人`."""
        return dates.money_wan(number) if self.is_money else f"{number:,} {self.unit}"
