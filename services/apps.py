from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "服务"

    def ready(self):
        from . import extensions, metrics  # noqa: F401  (registration is what importing them does)
