from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "bases"
    verbose_name = "基地"

    def ready(self):
        from . import extensions, metrics  # noqa: F401  (registration is what importing them does)
