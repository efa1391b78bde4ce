"""人士: persons in the registry."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.chinese import pinyin
from chengyang.lib.vault.fields import BlindIndexField, EncryptedField, LastFourField, blind_index
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import DemoMark
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import acting_account
from chengyang.platform.web.lookups import any_of

from ..states import PersonState
from .headcount import ENTERED, GONE, counting
from .registration_details import NameSearchMixin, RegistrationDetails


class PersonQuerySet(NameSearchMixin, models.QuerySet):
    def active(self):
        """Return the persons that lists, exports and statistics may include (domain.md rule 1)."""
        return self.filter(state=PersonState.ACTIVE)

    def not_active(self):
        """Return the few persons who are not in the registry: they have left, are erased, or have not confirmed.

        A row of somebody in the registry is found faster as one that is of none of these (`~Q(person__in=…)`): PostgreSQL
        then joins no other table, whose rows it would have to read to count a list.
        """
        return self.exclude(state=PersonState.ACTIVE).order_by()

    def registered_on_day(self, day):
        """Return the persons who were in the registry on `day`, whatever their state is now."""
        return self.exclude(state=PersonState.UNCONFIRMED).filter(
            Q(left_on__isnull=True) | Q(left_on__gt=day), registered_on__lte=day
        )

    def alike(self, *, name, phone_index):
        """Return possible duplicates: persons with the same phone number or the same name."""
        same = Q(name_key=pinyin.name_key(name), name=name)  # the key has an index, and no other name has it
        if phone_index:
            same |= Q(phone_index=phone_index)
        return self.filter(same)

    def known_as(self, name, phone):
        """Return the active person with exactly this name and phone number, or None; whoever has both may find them."""
        return self.active().filter(name=name, phone_index=blind_index("phone", phone)).first()

    def of_staff(self, scope):
        """Return the active persons whom the roles of `scope` as staff cover; its posts are ignored."""
        return self.filter(staff_q(scope))

    def of_office(self, scope):
        """Return the active persons that `scope` covers as staff or as secretary; leading a team is ignored."""
        return self.filter(office_q(scope))

    def unconfirmed_within(self, scope):
        """Return the records made by staff that wait for their person, for staff of their subdistricts (domain.md rule 1)."""
        rows = self.filter(state=PersonState.UNCONFIRMED)
        return rows if scope.district else rows.filter(subdistrict__in=scope.subdistricts)

    def within(self, scope):
        """Return the active persons that `scope` covers by any role or post (docs/decisions.md, "Who sees what")."""
        return self.filter(_managed_q(scope))

    def visible_to(self, user):
        """Return the persons `user` may see: oneself, and those in the access scope (docs/decisions.md, "Who sees what")."""
        if not user.is_authenticated:
            return self.none()
        shown = Q(user=user)
        # An unconfirmed record is visible only to the account with its verified number (domain.md rule 1).
        if user.phone_index:
            shown |= Q(state=PersonState.UNCONFIRMED, phone_index=user.phone_index)
        return self.filter(shown | _managed_q(access_scope(user)))


def staff_q(scope, prefix=""):
    """Return the condition for the active persons whom the roles of `scope` as staff cover.

    `prefix` is the lookup path from the filtered model to the person, such as `person__`. A subquery for all active persons
    inside an OR would be scanned for each row, so the columns of the joined person are compared.
    """
    active = Q(**{f"{prefix}state": PersonState.ACTIVE})
    return active if scope.district else active & Q(**{f"{prefix}subdistrict__in": scope.subdistricts})


def office_q(scope, prefix=""):
    """Return the condition for the active persons in the scope of staff and secretaries; `prefix` as in `staff_q`."""
    managed = staff_q(scope, prefix) if scope.district or scope.subdistricts else Q(pk__in=[])
    if not scope.district and scope.managed("organization"):
        members = any_of(f"{prefix}pk", _memberships(scope), key="person")
        managed |= Q(members) & ~Q(**{f"{prefix}pk__in": Person.objects.not_active().values("pk")})
    return managed


def _managed_q(scope):
    """Return the condition for the active persons in the scope of staff, secretaries and team leaders."""
    managed = office_q(scope)
    if scope.managed("team"):
        managed |= Q(any_of("pk", _team_posts(scope), key="person"), state=PersonState.ACTIVE)
    return managed


def _memberships(scope):
    rows = Person._meta.get_field("memberships").related_model._base_manager.all()
    return rows.filter(organization__in=scope.managed("organization"), state="active")


def _team_posts(scope):
    posts = Person._meta.get_field("services_posts").related_model.objects.on(clock.today())
    return posts.filter(team__in=scope.managed("team"))


def _headcount_trigger(name, operation, *moves, **rows):
    referencing = pgtrigger.Referencing(**rows)
    level, when = pgtrigger.Statement, pgtrigger.After
    return pgtrigger.Trigger(
        name=name, level=level, when=when, operation=operation, referencing=referencing, func=counting(*moves)
    )


@pgtrigger.register(
    _headcount_trigger("headcount_entered", pgtrigger.Insert, ENTERED, new="now_there"),
    _headcount_trigger("headcount_changed", pgtrigger.Update, ENTERED, GONE, new="now_there", old="there_before"),
    _headcount_trigger("headcount_gone", pgtrigger.Delete, GONE, old="there_before"),
)
@tracked(exclude=["name_search", "unit_search"])
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
            GinIndex(fields=["unit_search"], name="person_unit_search"),
            models.Index(fields=["phone_last4"], name="person_phone_last4"),
            models.Index(fields=["state"], condition=~Q(state="active"), name="person_not_active"),
            models.Index(fields=["name_key", "id"]),
            models.Index(fields=["subdistrict", "state"]),
            models.Index(fields=["registered_on"], name="person_registered_on"),
            models.Index(fields=["confirm_by"], condition=Q(state="unconfirmed"), name="person_to_confirm"),
            models.Index(fields=["left_on"], condition=Q(state="left"), name="person_to_erase"),
            models.Index(fields=["left_on"], condition=Q(left_on__isnull=False), name="person_left_on"),
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
