"""人士: the registry itself."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.vault.fields import BlindIndexField, EncryptedField, LastFourField
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked

from ..states import PersonState
from .particulars import NameSearchMixin, Particulars


class PersonQuerySet(NameSearchMixin, models.QuerySet):
    def active(self):
        """Return whom lists, exports and statistics may count (domain.md rule 1)."""
        return self.filter(state=PersonState.ACTIVE)

    def registered_on_day(self, day):
        """Return who was in the registry on `day`, whatever became of them since."""
        return self.exclude(state=PersonState.UNCONFIRMED).filter(
            Q(left_on__isnull=True) | Q(left_on__gt=day), registered_on__lte=day
        )

    def alike(self, *, name, phone_index):
        """Return who could be the same person: the same number, or the same name."""
        same = Q(name=name)
        if phone_index:
            same |= Q(phone_index=phone_index)
        return self.filter(same)

    def of_staff(self, scope):
        """Return whom staff of `scope` are responsible for; posts do not count."""
        rows = self.active()
        return rows if scope.district else rows.filter(subdistrict__in=scope.subdistricts)

    def of_office(self, scope):
        """Return whom staff and secretaries of `scope` work with; leading a team does not count."""
        return self.filter(_office_q(scope, self.model._base_manager.all()))

    def within(self, scope):
        """Return whom an officer of `scope` works with: active persons of theirs (decisions.md, "Who sees what")."""
        return self.filter(_managed_q(scope, self.model._base_manager.all()))

    def visible_to(self, user):
        """Return the persons `user` may see: oneself, and whom one works with (docs/decisions.md, "Who sees what")."""
        if not user.is_authenticated:
            return self.none()
        shown = Q(user=user)
        if (
            user.phone_index
        ):  # a record that staff made is shown to whom it is of, and to nobody else (domain.md rule 1)
            shown |= Q(state=PersonState.UNCONFIRMED, phone_index=user.phone_index)
        return self.filter(shown | _managed_q(access_scope(user), self.model._base_manager.all()))


def _managed_q(scope, everybody):
    """Return the condition for the active persons that staff, secretaries and team leaders work with."""
    managed = _office_q(scope, everybody)
    if scope.managed("team"):
        managed |= Q(pk__in=_team(everybody, scope).values("pk"))
    return managed


def _office_q(scope, everybody):
    """Return the condition for the active persons that staff and secretaries work with."""
    active = Q(state=PersonState.ACTIVE)
    if scope.district:
        return active
    managed = Q(pk__in=[])
    if scope.subdistricts:
        managed |= active & Q(subdistrict__in=scope.subdistricts)
    if scope.managed("organization"):
        managed |= Q(pk__in=_members(everybody, scope).values("pk"))
    return managed


def _members(everybody, scope):
    return everybody.filter(
        state=PersonState.ACTIVE,
        memberships__organization__in=scope.managed("organization"),
        memberships__state="active",
    )


def _team(everybody, scope):
    today = clock.today()
    held = Q(services_posts__ends__isnull=True) | Q(services_posts__ends__gt=today)
    return everybody.filter(
        held,
        state=PersonState.ACTIVE,
        services_posts__team__in=scope.managed("team"),
        services_posts__starts__lte=today,
    )


@tracked(exclude=["name_search"])
class Person(Particulars, DemoMark):
    """人士: somebody in the registry; not the same thing as a sign-in account."""

    PERSONAL = {
        **Particulars.PERSONAL,
        "phone": "registration",
        "phone_index": "registration",
        "phone_last4": "registration",
    }
    NOT_PERSONAL = {"id", "public_id", "state", "registered_on", "confirm_by", "left_on", "is_demo"}

    public_id = PublicIdField()
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="person", verbose_name=_("账号")
    )
    phone = EncryptedField(_("手机"), blank=True, max_plain=20)
    phone_index = BlindIndexField("phone", namespace="phone", unique=False)
    phone_last4 = LastFourField("phone")
    state = models.CharField(_("状态"), max_length=12, choices=PersonState.choices, default=PersonState.ACTIVE)
    registered_on = models.DateField(_("入册日期"), default=clock.today)
    confirm_by = models.DateField(_("须在此前由本人确认"), null=True, blank=True)
    # Who made the record for somebody else; nobody confirms what they made themself (rule 1).
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("录入人")
    )
    left_on = models.DateField(_("退出日期"), null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("人士")
        ordering = ["name_key", "id"]
        indexes = [
            GinIndex(fields=["name_search"], name="person_name_search"),
            models.Index(fields=["name_key", "id"]),
            models.Index(fields=["subdistrict", "state"]),
            models.Index(fields=["confirm_by"], condition=Q(state="unconfirmed"), name="person_to_confirm"),
            models.Index(fields=["left_on"], condition=Q(state="left"), name="person_to_erase"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["left", "erased"]) | Q(left_on__isnull=False), name="person_left_on_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="unconfirmed") | Q(confirm_by__isnull=False), name="person_confirms_by_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="erased")
                | Q(user__isnull=True, phone="", phone_index__isnull=True, unit="", job="", can=[], want=[]),
                name="person_erased_is_empty",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("admin:members_person_change", args=[self.pk])

    @property
    def is_active(self):
        """Whether lists, exports and statistics may count this person (domain.md rule 1)."""
        return self.state == PersonState.ACTIVE
