"""The staff web admin at /manage/."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class StaffSite(AdminSite):
    site_title = _("城阳新阶层 工作台")
