from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "chengyang.platform.audit"
    label = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from chengyang.platform.audit import actions, extensions  # noqa: F401  (declares what the app adds to the rest)

        actions.retention_months()  # a setting below the law's minimum stops the start
