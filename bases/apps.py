from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "bases"
    verbose_name = "基地"

    def ready(self):
        from . import extensions  # noqa: F401  (declares what the app adds to the rest)
