from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "chengyang.platform.standards"
    label = "standards"
    verbose_name = "标准"

    def ready(self):
        from . import extensions, metrics  # noqa: F401  (registration is what importing them does)
