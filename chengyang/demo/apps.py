from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "chengyang.demo"
    label = "demo"
    verbose_name = "演示"
