from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "chengyang.audit"
    label = "audit"
    verbose_name = "审计"
