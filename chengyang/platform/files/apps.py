from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "chengyang.platform.files"
    label = "files"
    verbose_name = "文件"

    def ready(self):
        from . import extensions  # noqa: F401  (importing it registers the app)
