from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "人士"

    def ready(self):
        from . import extensions  # noqa: F401  (declares what the app adds to the rest)
