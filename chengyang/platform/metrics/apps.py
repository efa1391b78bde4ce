from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "chengyang.platform.metrics"
    label = "measures"
    verbose_name = "指标"
