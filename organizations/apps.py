from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = "组织"

    def ready(self):
        from . import extensions  # noqa: F401  (registers the extensions of this app)
