from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "人士"

    def ready(self):
        from . import extensions  # noqa: F401  (registers the extensions of this app)
