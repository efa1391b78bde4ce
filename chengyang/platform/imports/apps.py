from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "chengyang.platform.imports"
    label = "imports"
    verbose_name = "导入"

    def ready(self):
        from . import extensions  # noqa: F401  (importing it registers the app)
