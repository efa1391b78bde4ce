from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "chengyang.files"
    label = "files"
    verbose_name = "文件"
