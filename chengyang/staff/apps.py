from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's admin as the engine, with our site instead of its own."""

    default_site = "chengyang.staff.site.StaffSite"


class StaffConfig(AppConfig):
    name = "chengyang.staff"
    label = "staff"
    verbose_name = "工作台"

    def ready(self):
        from . import accounts, lists  # noqa: F401  (registration is what importing it does)
