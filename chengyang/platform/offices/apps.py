from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "chengyang.platform.offices"
    label = "offices"
    verbose_name = "对外窗口"

    def ready(self):
        from . import extensions  # noqa: F401  (registers the extensions)
