from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "chengyang.platform.papers"
    label = "papers"
    verbose_name = "打印和 Word"

    def ready(self):
        from . import admin, extensions  # noqa: F401  (importing them registers the admin and the job kind)
