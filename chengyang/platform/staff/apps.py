from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's admin app with `StaffSite` as its default site."""

    default_site = "chengyang.platform.staff.site.StaffSite"


class StaffConfig(AppConfig):
    name = "chengyang.platform.staff"
    label = "staff"
    verbose_name = "工作台"

    def ready(self):
        # Importing them registers admins and kinds of to-dos.
        from . import account_admin, extensions, import_admin, job_admin, system_admin  # noqa: F401
