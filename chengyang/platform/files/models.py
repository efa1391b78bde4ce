"""Uploads, and the pictures of public pages: under random names, and served by a view only (requirements S15)."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.audit.history import tracked

from .rewrite import PUBLIC_WIDTHS

DIGEST = 32  # characters of the digest in the address of a picture


def row_of(obj):
    """Return (model label, public id) of the row `obj`; two empty texts for None."""
    return ("", "") if obj is None else (obj._meta.concrete_model._meta.label, obj.public_id)


class FileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the user's own files, and those attached to rows that the user may see (slot `file_access`)."""
        if not user.is_authenticated:
            return self.none()
        visible = Q(owner=user)
        for label, visible_public_ids in extensions.file_access().items():
            visible |= Q(attached_to=label, attached_id__in=visible_public_ids(user))
        return self.filter(visible)


class File(models.Model):
    """One stored file, attached to one row or to none yet."""

    PERSONAL = {"name": "evidence"}
    NOT_PERSONAL = {"id", "public_id", "content", "content_type", "size", "sha256", "attached_to", "attached_id", "at"}

    public_id = PublicIdField()
    owner = models.ForeignKey(  # null: by somebody without an account, such as a department with its link
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="files",
        verbose_name=_("上传者"),
    )
    name = models.CharField(_("文件名"), max_length=150)
    content = models.FileField(_("内容"), max_length=200)
    content_type = models.CharField(_("类型"), max_length=100)
    size = models.PositiveIntegerField(_("字节数"))
    sha256 = models.CharField(max_length=64)
    attached_to = models.CharField(max_length=60, blank=True)
    attached_id = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField(_("时间"), default=clock.now)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("文件")
        indexes = [models.Index(fields=["attached_to", "attached_id"])]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("files:file", args=[self.public_id])


# ---- pictures of public pages ---------------------------------------------------------------------------------------
class PictureQuerySet(models.QuerySet):
    def of(self, obj):
        """Return the pictures that the page of `obj` shows, the cover first."""
        label, key = row_of(obj)
        return self.filter(attached_to=label, attached_id=key, removed_at__isnull=True).order_by("position", "pk")

    def removed_from(self, obj, since):
        """Return the pictures that were taken off the page of `obj` since the moment `since`, the latest first."""
        label, key = row_of(obj)
        return self.filter(attached_to=label, attached_id=key, removed_at__gte=since).order_by("-removed_at", "pk")

    def visible_to(self, user):
        """Return the pictures of the rows whose page `user` may see (slot `pictures`), removed ones excluded."""
        visible = Q(pk__in=[])
        for shown in extensions.picture_sets():
            visible |= Q(attached_to=shown.table, attached_id__in=shown.visible(user))
        return self.filter(visible, removed_at__isnull=True)

    def published(self):
        """Return the pictures that everybody sees."""
        return self.visible_to(AnonymousUser())


@tracked(exclude=["position"])
class Picture(models.Model):
    """A picture on the public page of one row, in three widths, without metadata of the camera. The first is the cover."""

    SIZES = ("small", "medium", "full")  # see `rewrite.PUBLIC_WIDTHS`

    public_id = PublicIdField()
    attached_to = models.CharField(max_length=60, editable=False)
    attached_id = models.CharField(max_length=10, editable=False)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    alt = models.CharField(_("照片里看得见什么"), max_length=120)
    shows_people = models.BooleanField(_("认得出人"), default=False)
    consent = models.CharField(_("怎么同意的"), max_length=120, blank=True)
    small = models.FileField(max_length=120, editable=False)
    medium = models.FileField(max_length=120, editable=False)
    full = models.FileField(max_length=120, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)  # of `full`; it is the address of the picture
    content_type = models.CharField(max_length=20, editable=False)
    width = models.PositiveSmallIntegerField(_("宽"), editable=False)  # pixels, of `full`
    height = models.PositiveSmallIntegerField(_("高"), editable=False)
    is_demo = models.BooleanField(_("演示"), default=False, editable=False)
    at = models.DateTimeField(_("上传时间"), default=clock.now, editable=False)
    removed_at = models.DateTimeField(_("撤下时间"), null=True, blank=True, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("照片")
        indexes = [models.Index(fields=["sha256"])]
        constraints = [
            models.UniqueConstraint(
                fields=["attached_to", "attached_id", "sha256"],
                condition=Q(removed_at__isnull=True),
                name="picture_once",
                violation_error_message=_("这张已经在上面了。"),
            ),
            models.CheckConstraint(
                condition=~Q(alt=""), name="picture_described", violation_error_message=_("请写照片里看得见什么。")
            ),
            models.CheckConstraint(
                condition=Q(shows_people=False) | ~Q(consent=""),
                name="picture_agreed_to",
                violation_error_message=_("认得出人的照片，要写本人是怎么同意的。"),
            ),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="picture_has_pixels"),
        ]

    def __str__(self):
        return self.alt

    @classmethod
    def of_row(cls, obj):
        """Return a new picture of the row `obj`, not saved."""
        label, key = row_of(obj)
        return cls(attached_to=label, attached_id=key, is_demo=False)

    @property
    def row(self):
        """Return the row whose page shows it."""
        model = next(shown.model for shown in extensions.picture_sets() if shown.table == self.attached_to)
        return model._base_manager.get(public_id=self.attached_id)

    def get_absolute_url(self):
        return self._url("full")

    @property
    def small_url(self):
        return self._url("small")

    @property
    def medium_url(self):
        return self._url("medium")

    @property
    def srcset(self):
        """Return the addresses with their widths, for the browser to choose from."""
        widths = [(name, min(width, self.width)) for name, width in zip(self.SIZES, PUBLIC_WIDTHS, strict=True)]
        known = {width: name for name, width in reversed(widths)}
        return ", ".join(f"{self._url(name)} {width}w" for width, name in sorted(known.items()))

    def _url(self, name):
        return reverse("files:picture", args=[self.sha256[:DIGEST], name])
