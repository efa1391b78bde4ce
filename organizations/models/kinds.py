"""The kinds of organizations and their fields of work, which the district office keeps as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengyang.platform.audit.history import tracked


class ListedQuerySet(models.QuerySet):
    """Rows of a list that everybody reads: kinds of organizations, fields of work."""

    def visible_to(self, user):
        """Return all: they say nothing about an organization."""
        return self.all()

    def offered(self):
        """Return those that can be chosen; the others stay with what has them."""
        return self.filter(is_offered=True)


class Listed(models.Model):
    """One row of such a list. A row that is in use is not deleted: it is no longer offered."""

    EDITABLE_FIELDS: tuple[str, ...] = ("name", "order", "is_offered")
    NOT_PERSONAL = {"id", "code", "name", "order", "is_offered"}

    code = models.SlugField(_("代码"), max_length=30, unique=True, help_text=_("用在网址里，定了不改，如 shanghui"))
    name = models.CharField(_("名称"), max_length=30, unique=True)
    order = models.PositiveSmallIntegerField(_("次序"), default=0)
    is_offered = models.BooleanField(_("还能选"), default=True)

    objects = ListedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


@tracked
class Kind(Listed):
    """组织类型: what an organization is, such as 新联会, 商会 or 专委会."""

    EDITABLE_FIELDS = ("name", "text", "may_register", "order", "is_offered")
    NOT_PERSONAL = {*Listed.NOT_PERSONAL, "text", "may_register"}

    text = models.CharField(_("是什么"), max_length=200, blank=True)
    # A branch of an association is no legal person and has no code (《社会团体登记管理条例》 article 17).
    may_register = models.BooleanField(_("可以登记为法人"), default=True)

    class Meta(Listed.Meta):
        verbose_name = verbose_name_plural = _("组织类型")


@tracked
class WorkField(Listed):
    """工作领域: what an organization works on, such as law or new media; whom it is for are its `categories`."""

    class Meta(Listed.Meta):
        verbose_name = verbose_name_plural = _("工作领域")
