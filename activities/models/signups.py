"""Sign-ups for activities: by a person of the registry, or by a guest with a verified phone number."""

import re

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import dates, phones, search
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.history import tracked
from chengyang.platform.web.fields import LiteralQuery, NameKeyField, NameSearchField
from chengyang.platform.web.lookups import any_of
from members.models import Person
from members.states import PersonState

from ..states import SIGNUP_OPEN, ActivityState, SignupState
from . import served
from .activities import Activity
from .visibility import managed_q


class SignupQuerySet(models.QuerySet):
    def open(self):
        """Return the sign-ups that are neither cancelled, declined nor expired."""
        return self.filter(state__in=SIGNUP_OPEN)

    def visible_to(self, user):
        """Return the user's own sign-ups, and those for the activities that `user` manages."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(is_own(user) | managed_activity_q(self, user, "activity"))

    def managed_by(self, user):
        """Return the sign-ups for the activities that `user` manages: the rows of the staff site."""
        return self.filter(managed_activity_q(self, user, "activity"))

    def of(self, user):
        """Return the user's own sign-ups, as a person and as a guest."""
        return self.filter(is_own(user)) if user.is_authenticated else self.none()

    def at_the_time_of(self, activity):
        """Return the open sign-ups for other published activities that overlap `activity`; back to back is no overlap."""
        same_time = Activity.objects.overlapping(activity.starts, activity.ends).exclude(pk=activity.pk)
        return self.open().filter(activity__in=same_time.filter(state=ActivityState.PUBLISHED))

    def by_name(self):
        """Order by pinyin of the name, persons and guests together, as on a printed list."""
        return self.order_by(Coalesce("person__name_key", "guest_key"), "id")

    def search(self, text):
        """Return the sign-ups that `text` may mean: name, pinyin, initials, last four digits of the phone, ticket number (U02)."""
        text = (text or "").strip()
        if not text:
            return self
        found = Q(public_id=re.sub(r"\s", "", text).lower())
        if query := search.name_query(text):
            found |= any_of("person_id", Person.objects.filter(name_search=LiteralQuery(query)))
            found |= Q(guest_search=LiteralQuery(query))
        if re.fullmatch(r"[0-9]{4}", text):
            found |= any_of("person_id", Person.objects.filter(phone_last4=text))
            found |= any_of("user_id", User.objects.filter(phone_last4=text))
        return self.filter(found)


def is_own(user, prefix=""):
    """Return the condition for the rows that belong to `user`; `prefix` is the lookup path to the sign-up.

    The person is a scalar subquery. The obvious `person__user=user` joins persons, and PostgreSQL then cannot use an index
    for the OR and reads every sign-up.
    """
    person = models.Subquery(Person.objects.filter(user=user).values("pk")[:1])
    return Q(**{f"{prefix}person": person}) | Q(**{f"{prefix}user": user})


def managed_activity_q(rows, user, prefix):
    """Return the condition for those of `rows` whose activity `user` manages; `prefix` is the lookup path to the activity.

    Rows of persons who left the registry are closed to officers at once (requirements P06).
    """
    scope = access_scope(user)
    managed = Q(pk__isnull=False) if scope.district else managed_q(scope, f"{prefix}__")
    # The few rows of those who left are looked for first, so that a list is counted without reading another table.
    left = rows.model._base_manager.filter(**{f"{prefix.removesuffix('activity')}person__state": PersonState.LEFT})
    return managed & ~models.Exists(left.filter(pk=models.OuterRef("pk")))


@pgtrigger.register(served.on_signups())
@tracked(exclude=["guest_key", "guest_search"])
class Signup(models.Model):
    """报名: the sign-up of a person, or of a guest with a verified phone number. CheckIn says whether they attended."""

    PERSONAL = {"guest_name": "signup", "guest_key": "signup", "guest_search": "signup", "reason": "signup"}
    NOT_PERSONAL = {
        "id",
        "public_id",
        "state",
        "position",
        "at",
        "changed_at",
        "offer_expires_at",
        "due_on",
        "forgotten_at",
    }

    public_id = PublicIdField()
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="signups", verbose_name=_("活动"))
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="signups", verbose_name=_("人士")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="signups",
        verbose_name=_("来宾账号"),
    )
    guest_name = models.CharField(_("来宾姓名"), max_length=50, blank=True)
    guest_key = NameKeyField("guest_name")
    guest_search = NameSearchField("guest_name")
    state = models.CharField(_("状态"), max_length=12, choices=SignupState.choices, default=SignupState.CONFIRMED)
    position = models.PositiveIntegerField(_("序号"))
    at = models.DateTimeField(_("报名时间"), default=clock.now)
    changed_at = models.DateTimeField(_("变更时间"), default=clock.now)
    offer_expires_at = models.DateTimeField(_("须在此前确认"), null=True, blank=True)
    due_on = models.DateField(_("审核时限"), null=True, blank=True)
    reason = models.CharField(_("不同意的理由"), max_length=REASON_LENGTH, blank=True)
    forgotten_at = models.DateTimeField(
        _("匿名时间"), null=True, blank=True
    )  # when name and account of a guest were removed

    objects = SignupQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("报名")
        ordering = ["activity", "position"]
        indexes = [
            models.Index(fields=["offer_expires_at"], condition=Q(state="offered"), name="signup_offers"),
            models.Index(fields=["due_on"], condition=Q(state="pending"), name="signup_to_review"),
            models.Index(fields=["-at", "-id"], name="signup_latest"),
            GinIndex(fields=["guest_search"], name="signup_guest_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, user__isnull=True, guest_name="", forgotten_at__isnull=True)
                | Q(person__isnull=True, user__isnull=False, forgotten_at__isnull=True) & ~Q(guest_name="")
                | Q(person__isnull=True, user__isnull=True, guest_name="", forgotten_at__isnull=False),
                name="signup_person_or_guest",
            ),
            models.UniqueConstraint(
                fields=["activity", "person"],
                condition=Q(state__in=SIGNUP_OPEN, person__isnull=False),
                name="signup_one_open_per_person",
                violation_error_message=_("你已经报名了。"),
            ),
            models.UniqueConstraint(
                fields=["activity", "user"],
                condition=Q(state__in=SIGNUP_OPEN, person__isnull=True),
                name="signup_one_open_per_guest",
                violation_error_message=_("你已经报名了。"),
            ),
            models.UniqueConstraint(fields=["activity", "position"], name="signup_position_once"),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offer_expires_at__isnull=False), name="signup_offer_expires"
            ),
        ]

    def __str__(self):
        return self.display_name

    @property
    def staff_label(self):
        """Return how the staff site names the sign-up: by its person, whom it tells apart from others of the name."""
        return self.person.staff_label if self.person else self.display_name

    def get_absolute_url(self):
        return reverse("activities:ticket", args=[self.public_id])

    @property
    def display_name(self):
        return self.person.name if self.person_id else self.guest_name or str(_("来宾"))

    @property
    def recipient(self):
        """Return who gets notices about this sign-up: the person, the account of the guest, or None once anonymised."""
        return self.person or self.user

    def is_of(self, user):
        """Return whether this is the own sign-up of `user`."""
        return user.pk is not None and user.pk in (self.user_id, self.person and self.person.user_id)

    @property
    def code(self):
        """Return the ticket number for reading aloud: the public id in capitals, in two groups of five."""
        short = self.public_id.upper()
        return f"{short[:5]} {short[5:]}"

    @property
    def masked_phone(self):
        """Return the masked phone number; lists never show the whole number."""
        owner = self.person or self.user
        return phones.mask_phone(owner.phone) if owner and owner.phone else ""

    @property
    def is_open(self):
        return self.state in SIGNUP_OPEN

    @property
    def badge(self):
        """Return the CSS class of the badge that shows the state."""
        kinds = {"confirmed": "is-good", "offered": "is-main", "waitlisted": "is-soon", "pending": "is-info"}
        return kinds.get(self.state, "")

    @property
    def until_text(self):
        """Return the deadline for confirming an offered place as text; empty without an offer."""
        return dates.span(self.offer_expires_at) if self.offer_expires_at else ""

    @property
    def until_day(self):
        return timezone.localdate(self.offer_expires_at) if self.offer_expires_at else None

    @property
    def is_checked_in(self):
        return hasattr(self, "checkin")

    @property
    def hours(self):
        """Return the volunteer hours recorded for this sign-up, or None."""
        return self.checkin.service.hours if self.is_checked_in and hasattr(self.checkin, "service") else None

    def place_in_line(self):
        """Return the place on the waiting list, counted from 1, or None when it is not on the waiting list."""
        if self.state != SignupState.WAITLISTED:
            return None
        ahead = Signup.objects.filter(activity=self.activity_id, state=SignupState.WAITLISTED)
        return ahead.filter(position__lt=self.position).count() + 1
