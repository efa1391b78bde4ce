from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "chengyang.notices"
    label = "notices"
    verbose_name = "通知"
