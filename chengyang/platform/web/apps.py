from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "chengyang.platform.web"
    label = "web"
    verbose_name = "网页"
