"""人士: persons in the registry."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.vault.fields import BlindIndexField, EncryptedField, LastFourField, blind_index
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account

from ..states import PersonState
from .registration_details import NameSearchMixin, RegistrationDetails


class PersonQuerySet(NameSearchMixin, models.QuerySet):
    def active(self):
        """Return the persons that lists, exports and statistics may include (domain.md rule 1)."""
        return self.filter(state=PersonState.ACTIVE)

    def registered_on_day(self, day):
        """Return the persons who were in the registry on `day`, whatever their state is now."""
        return self.exclude(state=PersonState.UNCONFIRMED).filter(
            Q(left_on__isnull=True) | Q(left_on__gt=day), registered_on__lte=day
        )

    def alike(self, *, name, phone_index):
        """Return possible duplicates: persons with the same phone number or the same name."""
        same = Q(name=name)
        if phone_index:
            same |= Q(phone_index=phone_index)
        return self.filter(same)

    def known_as(self, name, phone):
        """Return the active person with exactly this name and phone number, or None; whoever has both may find them."""
        return self.active().filter(name=name, phone_index=blind_index("phone", phone)).first()

    def of_staff(self, scope):
        """Return the active persons whom the roles of `scope` as staff cover; its posts are ignored."""
        rows = self.active()
        return rows if scope.district else rows.filter(subdistrict__in=scope.subdistricts)

    def of_office(self, scope):
        """Return the active persons that `scope` covers as staff or as secretary; leading a team is ignored."""
        return self.filter(_office_q(scope, self.model._base_manager.all()))

    def unconfirmed_within(self, scope):
        """Return the records made by staff that wait for their person, for staff of their subdistricts (domain.md rule 1)."""
        rows = self.filter(state=PersonState.UNCONFIRMED)
        return rows if scope.district else rows.filter(subdistrict__in=scope.subdistricts)

    def within(self, scope):
        """Return the active persons that `scope` covers by any role or post (docs/decisions.md, "Who sees what")."""
        return self.filter(_managed_q(scope, self.model._base_manager.all()))

    def visible_to(self, user):
        """Return the persons `user` may see: oneself, and those in the access scope (docs/decisions.md, "Who sees what")."""
        if not user.is_authenticated:
            return self.none()
        shown = Q(user=user)
        # An unconfirmed record is visible only to the account with its verified number (domain.md rule 1).
        if user.phone_index:
            shown |= Q(state=PersonState.UNCONFIRMED, phone_index=user.phone_index)
        return self.filter(shown | _managed_q(access_scope(user), self.model._base_manager.all()))


def _managed_q(scope, everybody):
    """Return the condition for the active persons in the scope of staff, secretaries and team leaders."""
    managed = _office_q(scope, everybody)
    if scope.managed("team"):
        managed |= Q(pk__in=_team_members(everybody, scope).values("pk"))
    return managed


def _office_q(scope, everybody):
    """Return the condition for the active persons in the scope of staff and secretaries."""
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


def _team_members(everybody, scope):
    today = clock.today()
    not_ended = Q(services_posts__ends__isnull=True) | Q(services_posts__ends__gt=today)
    return everybody.filter(
        not_ended,
        state=PersonState.ACTIVE,
        services_posts__team__in=scope.managed("team"),
        services_posts__starts__lte=today,
    )


@tracked(exclude=["name_search"])
class Person(RegistrationDetails, DemoMark):
    """人士: a person in the registry; an account to sign in (`User`) is a separate object."""

    PERSONAL = {
        **RegistrationDetails.PERSONAL,
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
    # The officer who made the record; nobody may confirm a record that they made (domain.md rule 1).
    entered_by = acting_account(_("录入人"))
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

    @property
    def staff_label(self):
        """Return the name with what tells persons of one name apart: unit, subdistrict, last four digits; for officers only."""
        last_four = _("尾号 %(digits)s") % {"digits": self.phone_last4} if self.phone_last4 else ""
        known = "，".join(str(part) for part in (self.unit, self.subdistrict.short_name, last_four) if part)
        return _("%(name)s（%(known)s）") % {"name": self.name, "known": known} if known else self.name

    def get_absolute_url(self):
        return reverse("admin:members_person_change", args=[self.pk])

    @property
    def is_active(self):
        """Return whether lists, exports and statistics may include this person (domain.md rule 1)."""
        return self.state == PersonState.ACTIVE


class UnconfirmedPerson(Person):
    """待本人确认的登记: the records made by staff that their persons have not confirmed, as a list of its own."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = _("待本人确认的登记")

    def get_absolute_url(self):
        return reverse("admin:members_unconfirmedperson_change", args=[self.pk])
