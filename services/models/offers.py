"""点单清单: what a team offers, as records that can be ordered."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked

from .teams import Team


class OfferQuerySet(models.QuerySet):
    def listed(self):
        """Return the offers that stand on a list: those that are switched off for a while are among them."""
        return self.filter(ended_on__isnull=True)

    def off(self):
        """Return the offers that cannot be ordered today, although they stand on a list (`Offer.is_off`)."""
        today = clock.today()
        begun = self.listed().filter(off_from__lte=today)
        return begun.filter(Q(off_until__isnull=True) | Q(off_until__gt=today))

    def published(self):
        """Return the offers that everybody reads: those on the lists of published teams."""
        return self.listed().filter(team__is_published=True, team__closed_on__isnull=True)

    def visible_to(self, user):
        """Return the published offers, and all of the teams that `user` manages or is responsible for."""
        scope = access_scope(user)
        if scope.district:
            return self
        return self.filter(
            Q(pk__in=self.model.objects.published().values("pk"))
            | Q(team__in=scope.managed("team"))
            | Q(team__subdistrict__in=scope.subdistricts)
        )


@tracked
class Offer(DemoMark):
    """One thing that a team does for others: what, for whom, how long, when, where, what it costs."""

    EDITABLE_FIELDS = (
        "name",
        "for_whom",
        "duration",
        "times",
        "lead_days",
        "area",
        "price",
        "position",
        "off_from",
        "off_until",
        "off_reason",
    )

    public_id = PublicIdField()
    team = models.ForeignKey(Team, models.PROTECT, related_name="offers", verbose_name=_("服务队"))
    name = models.CharField(_("能做什么"), max_length=30)
    for_whom = models.CharField(
        _("给谁"), max_length=80, blank=True, help_text=_("一句话，用“给”开头：给刚起步的人：把想法理一遍")
    )
    duration = models.CharField(_("多久"), max_length=30, blank=True, help_text=_("如 每次 60 分钟"))
    times = models.CharField(_("时间"), max_length=30, blank=True, help_text=_("如 每周二、周四下午"))
    lead_days = models.PositiveSmallIntegerField(
        _("提前几个工作日"), null=True, blank=True, help_text=_("0 是随时；不填就不写")
    )
    area = models.CharField(_("地点"), max_length=40, blank=True, help_text=_("如 嗨创天地，也可线上"))
    price = models.CharField(_("费用"), max_length=30, default=_("免费"), help_text=_("免费，或写清多少钱、谁收"))
    position = models.PositiveSmallIntegerField(_("排第几"), default=1)
    off_from = models.DateField(_("暂停接单从"), null=True, blank=True)
    off_until = models.DateField(_("恢复日"), null=True, blank=True, help_text=_("这一天起又接单；不填就要手动恢复"))
    off_reason = models.CharField(_("为什么暂停"), max_length=40, blank=True, help_text=_("公开写在清单上"))
    ended_on = models.DateField(_("从清单上拿下"), null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("点单清单")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name"],
                condition=Q(ended_on__isnull=True),
                name="offer_name_once_on_a_list",
                violation_error_message=_("这支队的清单里已经有这一项。"),
            ),
            models.CheckConstraint(
                condition=Q(off_until__isnull=True) | Q(off_from__isnull=False, off_until__gt=F("off_from")),
                name="offer_off_for_some_days",
                violation_error_message=_("恢复日要晚于暂停的第一天；先填从哪天暂停。"),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_off(self):
        """Return whether it cannot be ordered today."""
        today = clock.today()
        begun = self.off_from is not None and self.off_from <= today
        return begun and (self.off_until is None or today < self.off_until)

    @property
    def lead_text(self):
        """Return how long before it has to be ordered, as the list says it; empty when the team does not say."""
        if self.lead_days is None:
            return ""
        return _("%(n)d 个工作日") % {"n": self.lead_days} if self.lead_days else _("随时")


class OfferAlertQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the user's own; nobody else reads who waits for an offer."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class OfferAlert(DemoMark):
    """恢复时告诉我: an account that is notified once when an offer can be ordered again; then the row is deleted."""

    PERSONAL: dict[str, str] = {}
    NOT_PERSONAL = {"id", "at", "is_demo"}

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="alerts", verbose_name=_("清单上的一项"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="offer_alerts", verbose_name=_("谁要知道")
    )
    at = models.DateTimeField(_("什么时候说的"), default=clock.now)

    objects = OfferAlertQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("恢复时告诉我")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "user"],
                name="offer_alert_once",
                violation_error_message=_("已经记下，恢复时会告诉你。"),
            ),
        ]

    def __str__(self):
        return str(self.offer)
