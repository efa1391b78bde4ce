"""Uploads: stored outside the web root under random names, and served by a view only (requirements S15)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions
from chengyang.lib.vault.public_ids import PublicIdField


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
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="files", verbose_name=_("上传者"))
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
