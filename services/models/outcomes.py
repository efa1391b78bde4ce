"""Outcomes that teams, bases and organizations report, and their corrections by reversal."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from bases.models import Base
from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from chengyang.platform.web.suppression import FEWEST
from organizations.models import Organization

from ..states import DoubleState, OutcomeState
from .outcome_kinds import OutcomeKind
from .teams import Team

ORGANIZERS = ("organization", "base", "team")  # the names of the keys to who reports
MOST_LINKS = 5


class OutcomeQuerySet(models.QuerySet):
    def checked(self):
        """Return the outcomes that somebody has checked, those that stand for the same thing among them."""
        return self.filter(state=OutcomeState.CHECKED)

    def counted(self):
        """Return the rows that are added up: checked, and not counted with another one. A reversing row takes its number off."""
        return self.checked().filter(~Exists(_merged("pk")))

    def corrections(self):
        """Return the rows that reverse another one, those that were refused excluded."""
        return self.filter(reverses__isnull=False).exclude(state=OutcomeState.REFUSED)

    def lasting(self):
        """Return the counted rows without those that were reversed and their reversing rows, which are zero together."""
        undone = Outcome.objects.filter(reverses=OuterRef("pk"), state=OutcomeState.CHECKED)
        return self.counted().filter(~Exists(undone), reverses__isnull=True)

    def published(self):
        """Return what everybody reads: what lasts, without fewer than five persons (domain.md rule 11)."""
        return self.lasting().exclude(kind__counts_people=True, quantity__lt=FEWEST)

    def of(self, subject):
        """Return the rows of `subject`: an organization, base, team, activity, programme or person.

        Those that it reported, in which it took part, and with which something that it reported is counted.
        """
        own = Outcome.objects.filter(_involved(subject))
        with_it = _doubles().filter(state=DoubleState.LINKED, merged__in=own.values("pk")).values("counted")
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=with_it))

    def visible_to(self, user):
        """Return the checked outcomes, those of the organizers that `user` manages, and those of the subdistricts of `user`."""
        return self.filter(Q(state=OutcomeState.CHECKED) | self._responsible(user))

    def responsible_for(self, user):
        """Return those whose whole record `user` reads, with evidence and names: of their organizers, of their subdistricts."""
        return self.filter(self._responsible(user))

    def public_ids_of_staff(self, user):
        """Return the public ids of the outcomes whose evidence `user` may open (slot `file_access`): not those of the public."""
        return self.filter(self._responsible(user)).values("public_id")

    def _responsible(self, user):
        scope = access_scope(user)
        if scope.district:
            return Q(pk__isnull=False)  # all; an empty Q would add nothing to another one
        shown = Q(pk__in=[])
        for column in ORGANIZERS:
            if ids := scope.managed(column):
                shown |= Q(**{f"{column}__in": ids})
            if scope.subdistricts:
                shown |= Q(**{f"{column}__subdistrict__in": scope.subdistricts})
        return shown


def _parties():
    return Outcome._meta.get_field("parties").related_model.objects.all()  # defined after this module


def _doubles():
    return Outcome._meta.get_field("doubles_first").related_model.objects.all()  # defined after this module


def _merged(column):
    return _doubles().filter(state=DoubleState.LINKED, merged=OuterRef(column))


def _involved(subject):
    name = subject._meta.model_name
    taking_part = Q(pk__in=_parties().filter(**{name: subject}).values("outcome"))
    return taking_part | Q(**{name: subject}) if name in (*ORGANIZERS, "activity") else taking_part


def check_links(text):
    """Raise ValidationError unless every line of `text` is an address of the web, and there are at most five."""
    lines = text.split()
    if len(lines) > MOST_LINKS:
        raise ValidationError(_("最多写 %(n)d 个网址。") % {"n": MOST_LINKS})
    for line in lines:
        URLValidator(["http", "https"], message=_("网址以 https:// 或 http:// 开头，一行一个。"))(line)


@tracked
class Outcome(DemoMark):
    """成果: a result of the work of an organizer; checked by a second person before it counts.

    A checked one is never changed. A row that `reverses` it has the same date and who, and its number with the other sign; a row
    that `replaces` the reversing one says what is right. Both count once a second person has checked them, at the same moment.
    """

    EDITABLE_FIELDS = ("kind", "title", "happened_on", "amount", "quantity", "links")  # in the order of the form

    NOT_PERSONAL = {
        "id",
        "public_id",
        "title",
        "happened_on",
        "amount",
        "quantity",
        "links",
        "state",
        "checked_at",
        "reason",
        "why",
        "due_on",
        "reported_on",
        "is_demo",
    }

    public_id = PublicIdField()
    kind = models.ForeignKey(
        OutcomeKind,
        models.PROTECT,
        to_field="code",
        db_column="kind",
        db_index=False,
        related_name="outcomes",
        verbose_name=_("类型"),
    )
    title = models.CharField(_("名称"), max_length=60)
    happened_on = models.DateField(_("日期"))
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    quantity = models.IntegerField(_("数量"), null=True, blank=True)
    links = models.TextField(
        _("凭证网址"), max_length=500, blank=True, validators=[check_links], help_text=_("报道、公示的网址，一行一个")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("组织")
    )
    base = models.ForeignKey(
        Base, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("基地")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("服务队")
    )
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="outcomes", verbose_name=_("活动")
    )
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name=_("冲销的是")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replacement", verbose_name=_("随哪一条冲销")
    )
    state = models.CharField(_("状态"), max_length=10, choices=OutcomeState.choices, default=OutcomeState.REPORTED)
    reported_by = acting_account(_("上报人"))
    reported_on = models.DateField(_("上报日期"), null=True, blank=True)
    checked_by = acting_account(_("核实人"))
    checked_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    why = models.CharField(_("为什么更正"), max_length=REASON_LENGTH, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("成果")
        ordering = ["-happened_on", "-id"]
        indexes = [
            models.Index(fields=["kind", "state", "happened_on"]),
            models.Index(fields=["-happened_on", "-id"], name="outcome_latest"),
            models.Index(fields=["state", "due_on"], name="outcome_waiting", condition=Q(state="reported")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=False) | Q(quantity__isnull=False),
                name="outcome_has_its_number",
                violation_error_message=_("按金额算的写金额，按数量算的写数量。"),
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True)
                & (Q(amount__isnull=True) | Q(amount__gt=0))
                & (Q(quantity__isnull=True) | Q(quantity__gt=0))
                | Q(reverses__isnull=False)
                & (Q(amount__isnull=True) | Q(amount__lt=0))
                & (Q(quantity__isnull=True) | Q(quantity__lt=0)),
                name="outcome_number_below_zero_reverses",
                violation_error_message=_("金额和数量要大于 0。"),
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=~Q(state="refused"),
                name="outcome_reversed_once",
                violation_error_message=_("它已经有更正。"),
            ),
            models.CheckConstraint(
                condition=~Q(reverses=F("id"))
                & ~Q(replaces=F("id"))
                & (Q(reverses__isnull=True) | Q(replaces__isnull=True)),
                name="outcome_corrects_another_one",
                violation_error_message=_("一条成果不能更正它自己。"),
            ),
            models.CheckConstraint(
                condition=Q(reported_by__isnull=True) | Q(checked_by__isnull=True) | ~Q(reported_by=F("checked_by")),
                name="outcome_checked_by_a_second_person",
                violation_error_message=_("上报和核实要由两个人来做。"),
            ),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        """Check the day, and that the number is that of the kind; one firm or thing counts as 1.

        Raises ValidationError with the field.
        """
        if self.happened_on and self.happened_on > clock.today():
            raise ValidationError({"happened_on": _("日期不能晚于今天。")})
        if not self.kind_id:
            return
        if not self.kind.is_money and not self.kind.counts_people and self.quantity is None:
            self.quantity = 1
        if self.kind.is_money and self.amount is None:
            raise ValidationError({"amount": _("%(kind)s要写金额。") % {"kind": self.kind}})
        if not self.kind.is_money and self.quantity is None:
            raise ValidationError({"quantity": _("%(kind)s要写数量。") % {"kind": self.kind}})
        if not self.kind.is_money and self.amount is not None:
            raise ValidationError({"amount": _("%(kind)s不写金额。") % {"kind": self.kind}})

    @property
    def organizer(self):
        """Return who reported it: an organization, a base or a team; None for none."""
        return self.organization or self.base or self.team

    @property
    def number(self):
        """Return the number that is added up: yuan for money, else how many."""
        return self.amount if self.kind.is_money else self.quantity

    @property
    def number_text(self):
        """Return what it counts, as the site writes it: `5 万元`, `46 人`, `1 家`."""
        return self.kind.number_text(self.number)

    @property
    def link_list(self):
        """Return the addresses of its evidence on the web."""
        return self.links.split()
