from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "chengyang.standards"
    label = "standards"
    verbose_name = "标准"
