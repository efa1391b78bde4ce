from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = "组织"

    def ready(self):
        from . import extensions, metrics  # noqa: F401  (registration is what importing them does)
