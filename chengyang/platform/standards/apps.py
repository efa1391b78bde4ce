from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "chengyang.platform.standards"
    label = "standards"
    verbose_name = "标准"

    def ready(self):
        from . import extensions  # noqa: F401  (importing it registers the app)
