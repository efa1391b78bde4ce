"""Abstract models that organizations, bases and teams share: the organizer, and the dated posts in it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import REASON_LENGTH
from chengyang.lib.vault.public_ids import PublicIdField

from .access import access_scope
from .models import DemoMark


class OrganizerQuerySet(models.QuerySet):
    """Organizers: everybody sees published ones; their managers and the staff of their subdistrict see all."""

    subject = ""  # the name of the foreign keys to these rows, as in `PostType.subject`

    def published(self):
        """Return the rows that the public sees."""
        return self.filter(is_published=True)

    def visible_to(self, user):
        """Return the published organizers, and in any state those that `user` manages (decisions.md, "Who sees what").

        Staff manage those of their subdistricts; district staff see all.
        """
        scope = access_scope(user)
        if scope.district:
            return self.all()
        return self.filter(Q(is_published=True) | self.managed_q(scope))

    def managed_q(self, scope, prefix=""):
        """Return the condition for organizers that `scope` manages by a post or as staff of their subdistrict.

        `prefix` is the lookup path from the filtered model to the organizer, such as `organization__`.
        """
        managed = Q(pk__in=[])  # matches nothing; an empty Q() would match every row
        if ids := scope.managed(self.subject):
            managed |= Q(**{f"{prefix}pk__in": ids})
        if scope.subdistricts:
            managed |= Q(**{f"{prefix}subdistrict__in": scope.subdistricts})
        return managed


class Organizer(DemoMark):
    """An organization, a base or a team."""

    OFFICE_FIELDS: tuple[str, ...] = ("name", "level", "subdistrict")  # that only the responsible staff change
    EDITABLE_FIELDS: tuple[str, ...]  # that the manager changes too; both in the order of the form
    COMMON_NAME_PARTS = ""  # expression for the parts of a name that most have; left out of the slug

    public_id = PublicIdField()
    slug = models.SlugField(_("网址名"), max_length=80, unique=True)  # in pinyin; a former one redirects (slugs.py)
    subdistrict = models.ForeignKey(
        "accounts.Subdistrict", models.PROTECT, null=True, blank=True, verbose_name=_("街道")
    )
    summary = models.CharField(_("简介"), max_length=300, blank=True)
    contact = models.CharField(_("公开联系方式"), max_length=120, blank=True)
    is_published = models.BooleanField(_("公开"), default=False)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


class DatedPostQuerySet(models.QuerySet):
    """Posts by day and by visibility."""

    def on(self, day):
        """Return the posts that somebody holds on `day` (`ends` is exclusive)."""
        return self.filter(Q(ends__isnull=True) | Q(ends__gt=day), starts__lte=day)

    def valid(self):
        """Return the posts without those that were entered by mistake, which end on their first day."""
        return self.exclude(ends=F("starts"))

    def published(self):
        """Return the current posts whose holders agreed to be shown in public."""
        return self.filter(is_public=True, person__state="active").on(clock.today())

    def own(self, user):
        """Return the posts of `user` that are current or start later."""
        return self.valid().filter(person__user=user.pk, person__state="active").exclude(ends__lte=clock.today())

    def of_subject(self, slug):
        """Return the posts in the organizer with this slug, with the organizer selected."""
        subject = self.model.SUBJECT
        return self.filter(**{f"{subject}__slug": slug}).select_related(subject)

    def visible_to(self, user):
        """Return the public posts, those of `user`, and those in organizers that `user` manages; for district staff all.

        Posts of persons who left the registry are visible to themselves only (requirements P06).
        """
        scope = access_scope(user)
        shown = Q(is_public=True)
        if scope.district:
            shown = Q(pk__isnull=False)
        elif user.is_authenticated:
            subject = self.model.SUBJECT
            organizers = self.model._meta.get_field(subject).related_model.objects.all()
            shown |= organizers.managed_q(scope, prefix=f"{subject}__")
        shown &= ~Q(person__state="left")
        return self.filter(shown | Q(person__user=user) if user.is_authenticated else shown)


class DatedPost(DemoMark):
    """A 职务: one person holds a post from the day `starts` (inclusive) to `ends` (exclusive).

    Rows are not overwritten when somebody else takes over: they get an end. A post that was entered by mistake ends on its
    first day: nobody has held it. `reason` says why the post was ended early or its dates were corrected; its holder reads it.
    """

    PERSONAL = {"is_public": "publication", "reason": "membership"}
    NOT_PERSONAL = {"id", "kind", "starts", "ends", "is_demo"}
    SUBJECT: str  # the name of the foreign key to the organization, base or team

    person = models.ForeignKey(
        "members.Person", models.PROTECT, related_name="%(app_label)s_posts", verbose_name=_("人士")
    )
    starts = models.DateField(_("起"))
    ends = models.DateField(_("止"), null=True, blank=True)
    is_public = models.BooleanField(_("本人同意公开"), default=False)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)

    class Meta:
        abstract = True
        ordering = ["-starts", "id"]
        indexes = [models.Index(fields=["-starts", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="%(app_label)s_%(class)s_ends_not_before_start",
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.get_kind_display()}"

    @property
    def subject(self):
        """Return the organization, base or team that the post is in."""
        return getattr(self, self.SUBJECT)

    def holds(self, day):
        """Return whether the person holds the post on `day`."""
        return self.starts <= day and (self.ends is None or day < self.ends)
