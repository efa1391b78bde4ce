from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "chengyang.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self):
        from . import providers  # noqa: F401  (registration is what importing it does)
