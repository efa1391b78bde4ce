from django.apps import AppConfig


class SeedConfig(AppConfig):
    name = "chengyang.seed"
    label = "seed"
    verbose_name = "基础数据"
