from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "chengyang.measures"
    label = "measures"
    verbose_name = "指标"
