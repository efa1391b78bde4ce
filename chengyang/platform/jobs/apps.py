from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "chengyang.platform.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self):
        from . import extensions  # noqa: F401  (importing it registers the app)
