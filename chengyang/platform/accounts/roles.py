"""The kinds of roles; apart from the models, so that `access` can import them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoleKind(models.TextChoices):
    """The kind of a role."""

    DISTRICT = "district_staff", _("区级工作人员")
    SUBDISTRICT = "subdistrict_staff", _("街道工作人员")
    EDITOR = "editor", _("编辑")
    SYSTEM = "system", _("系统管理员")
    SECURITY = "security", _("安全管理员")
    AUDIT = "audit", _("审计管理员")


# An administrator has no other role and sees no member data (requirements S07).
ADMINISTRATORS = (RoleKind.SYSTEM, RoleKind.SECURITY, RoleKind.AUDIT)
