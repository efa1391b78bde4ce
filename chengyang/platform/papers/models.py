"""Word templates of papers: all versions that were uploaded; the default of a paper is made by code (`defaults`)."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.audit.history import tracked
from chengyang.platform.files.models import File

from .permissions import can_manage_templates
from .states import TemplateState


class PaperTemplateQuerySet(models.QuerySet["PaperTemplate"]):
    def visible_to(self, user: Any) -> Self:
        """Return all versions for those who manage templates, none for others."""
        return self.all() if can_manage_templates(user) else self.none()

    def in_force(self, paper: str) -> "PaperTemplate | None":
        """Return the version of `paper` (a code) that is in force; None where the default is."""
        return self.filter(paper=paper, state=TemplateState.IN_FORCE).select_related("file").first()


@tracked
class PaperTemplate(models.Model):
    """One version of the Word template of a paper. At most one version of each paper is in force."""

    NOT_PERSONAL = {
        *("id", "public_id", "paper", "version", "state", "note", "missing", "unknown"),
        *("uploaded_at", "in_force_at", "retired_at"),
    }

    public_id = PublicIdField()
    paper = models.CharField(_("哪一种"), max_length=40)  # `Paper.code`
    version = models.PositiveIntegerField(_("第几版"))
    file = models.OneToOneField(File, models.PROTECT, related_name="+", verbose_name=_("文件"))
    note = models.CharField(_("改了什么"), max_length=120, blank=True)
    # Placeholders of the paper that the file does not have, and those of the file that the paper does not have.
    missing = models.JSONField(_("没有用到的"), default=list)
    unknown = models.JSONField(_("不认识的"), default=list)
    state = models.CharField(_("状态"), max_length=10, choices=TemplateState.choices, default=TemplateState.DRAFT)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"), default=clock.now)
    in_force_at = models.DateTimeField(_("启用时间"), null=True)
    in_force_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("启用人")
    )
    retired_at = models.DateTimeField(_("停用时间"), null=True)

    objects = PaperTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("Word 模板")
        ordering = ["-uploaded_at", "-id"]
        indexes = [models.Index(fields=["-uploaded_at", "-id"], name="paper_template_latest")]
        constraints = [
            models.UniqueConstraint(fields=["paper", "version"], name="paper_template_version_once"),
            models.UniqueConstraint(
                fields=["paper"], condition=Q(state="in_force"), name="paper_template_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", in_force_at__isnull=True, in_force_by__isnull=True)
                | ~Q(state="draft") & Q(in_force_at__isnull=False, in_force_by__isnull=False),
                name="paper_template_in_force_is_dated",
            ),
            # What the paper does not know could not be filled in.
            models.CheckConstraint(condition=Q(state="draft") | Q(unknown=[]), name="paper_template_in_force_is_known"),
        ]

    def __str__(self) -> str:
        return str(_("%(paper)s 第%(n)d版") % {"paper": self.label, "n": self.version})

    def get_absolute_url(self) -> str:
        return reverse("admin:papers_papertemplate_change", args=[self.pk])

    @property
    def declared(self) -> extensions.Paper | None:
        """The paper; None when no app declares it any more."""
        return extensions.paper(self.paper)

    @property
    def label(self) -> Any:
        return self.declared.label if self.declared else self.paper

    def read(self) -> bytes:
        """Return the bytes of the file."""
        with self.file.content.open("rb") as stored:
            return stored.read()
