from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "人士"

    def ready(self):
        from . import extensions, metrics  # noqa: F401  (registration is what importing them does)
