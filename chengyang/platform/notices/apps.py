from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "chengyang.platform.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self):
        from . import extensions  # noqa: F401  (declares what the app adds to the rest)
