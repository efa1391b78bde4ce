"""The shapes that organizations, bases and teams share: a published body, and the dated posts in it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.vault.public_ids import PublicIdField

from .access import reach
from .models import DemoMark


class BodyQuerySet(models.QuerySet):
    """Rows that everybody may read once published, and their own people before that."""

    kept_as = ""  # the name of the Reach set that holds the ids of the bodies one keeps

    def published(self):
        """Return what the public sees."""
        return self.filter(is_published=True)

    def visible_to(self, user):
        """Return the public bodies, one's own in any state, and those of one's subdistricts (decisions.md, "Who sees what")."""
        seen = reach(user)
        if seen.district:
            return self.all()
        return self.filter(Q(is_published=True) | self.kept_by(seen))

    def kept_by(self, seen, prefix=""):
        """Return the condition that keeps the bodies `seen` acts for, reached through the lookup `prefix`."""
        kept = Q(pk__in=[])
        if ids := getattr(seen, self.kept_as):
            kept |= Q(**{f"{prefix}pk__in": ids})
        if seen.subdistricts:
            kept |= Q(**{f"{prefix}subdistrict__in": seen.subdistricts})
        return kept


class Body(DemoMark):
    """An organization, a base or a team: it has a page, an address of its own and perhaps a subdistrict."""

    public_id = PublicIdField()
    slug = models.SlugField(_("网址名"), max_length=80, unique=True)  # pinyin proposed, never changes
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
    """Posts by day, and who may see who holds them."""

    about = ""  # the foreign key to the body

    def on(self, day):
        """Return the posts held on `day` (half-open dates)."""
        return self.filter(Q(ends__isnull=True) | Q(ends__gt=day), starts__lte=day)

    def published(self):
        """Return the posts of today whose holders agreed to be shown."""
        return self.filter(is_public=True, person__state="active").on(clock.today())

    def own(self, user):
        """Return the posts of `user` that run or are still to begin."""
        return self.filter(person__user=user.pk, person__state="active").exclude(ends__lte=clock.today())

    def in_body(self, slug):
        """Return the posts in the body of this address, with it."""
        return self.filter(**{f"{self.about}__slug": slug}).select_related(self.about)

    def visible_to(self, user):
        """Return the posts shown by consent, one's own, and those in the bodies one keeps or is responsible for."""
        seen = reach(user)
        if seen.district:
            return self.all()
        shown = Q(is_public=True)
        if user.is_authenticated:
            bodies = self.model._meta.get_field(self.about).related_model.objects.all()
            shown |= Q(person__user=user) | bodies.kept_by(seen, prefix=f"{self.about}__")
        return self.filter(shown)


class DatedPost(DemoMark):
    """职务: who holds which post from a day to a day (half open); history is never overwritten."""

    PERSONAL = {"is_public": "publication"}
    NOT_PERSONAL = {"id", "kind", "starts", "ends", "is_demo"}

    person = models.ForeignKey(
        "members.Person", models.PROTECT, related_name="%(app_label)s_posts", verbose_name=_("人士")
    )
    starts = models.DateField(_("起"))
    ends = models.DateField(_("止"), null=True, blank=True)
    is_public = models.BooleanField(_("本人同意公开"), default=False)

    class Meta:
        abstract = True
        ordering = ["-starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message=_("结束日期要晚于开始日期。"),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.get_kind_display()}"

    @property
    def body(self):
        """Return the organization, base or team that the post is in."""
        return getattr(self, type(self).objects.all().about)

    def holds(self, day):
        """Return whether the post is held on `day`."""
        return self.starts <= day and (self.ends is None or day < self.ends)
