from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    name = "chengyang.platform.workdays"
    label = "workdays"
    verbose_name = "工作日"
