from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "服务"

    def ready(self):
        from . import extensions  # noqa: F401  (declares what this app adds to others)
