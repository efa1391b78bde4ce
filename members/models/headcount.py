"""入册人数: how many persons entered and left the registry, by day and subdistrict."""

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _


class HeadcountQuerySet(models.QuerySet):
    def on(self, day):
        """Return the number of persons in the registry on `day`, as `PersonQuerySet.registered_on_day` counts them."""
        return self.filter(day__lte=day).aggregate(total=Sum("change"))["total"] or 0


class Headcount(models.Model):
    """The persons of one subdistrict who entered the registry on one day, less those who left it on that day.

    Triggers on `Person` keep it, so that the figure on the home page is a sum over days and not a count of all persons.
    """

    NOT_PERSONAL = {"id", "day", "change"}

    day = models.DateField(_("日期"))
    subdistrict = models.ForeignKey("accounts.Subdistrict", models.PROTECT, related_name="+", verbose_name=_("街道"))
    change = models.IntegerField(_("增减"))

    objects = HeadcountQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("入册人数")
        default_permissions = ()
        ordering = ["day", "subdistrict"]
        constraints = [models.UniqueConstraint(fields=["day", "subdistrict"], name="headcount_once_a_day")]

    def __str__(self):
        return f"{self.day} {self.change:+}"


def _moves(rows, sign):
    """Return SQL for the changes that the rows of a transition table are: an entry, and a departure not before it."""
    registered = f"FROM {rows} WHERE state <> 'unconfirmed'"
    return (
        f"SELECT registered_on AS day, subdistrict_id, {sign}1 AS change {registered} UNION ALL "
        f"SELECT greatest(left_on, registered_on), subdistrict_id, -({sign}1) {registered} AND left_on IS NOT NULL"
    )


def counting(*moves):
    """Return the body of a statement trigger on persons that adds `moves` of transition tables to the headcount.

    In the order of days and subdistricts, so that two transactions lock the rows in the same order.
    """
    return f"""
        INSERT INTO members_headcount (day, subdistrict_id, change)
        SELECT day, subdistrict_id, sum(change) FROM ({" UNION ALL ".join(moves)}) AS moved
        GROUP BY day, subdistrict_id HAVING sum(change) <> 0 ORDER BY day, subdistrict_id
        ON CONFLICT (day, subdistrict_id) DO UPDATE SET change = members_headcount.change + EXCLUDED.change;
        RETURN NULL;
    """  # noqa: S608  (constants of this module)


ENTERED, GONE = _moves("now_there", "+"), _moves("there_before", "-")
