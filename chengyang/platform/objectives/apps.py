from django.apps import AppConfig


class ObjectivesConfig(AppConfig):
    name = "chengyang.platform.objectives"
    label = "objectives"
    verbose_name = "年度目标"

    def ready(self):
        from . import extensions  # noqa: F401  (importing it registers the app)
