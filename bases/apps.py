from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "bases"
    verbose_name = "基地"

    def ready(self):
        from . import extensions  # noqa: F401  (registers the extensions of this app)
