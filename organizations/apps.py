from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = "组织"

    def ready(self):
        from . import extensions  # noqa: F401  (declares what the app adds to the rest)
