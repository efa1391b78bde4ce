from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "chengyang.platform.audit"
    label = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from chengyang.platform.audit import actions, extensions  # noqa: F401  (registers the extensions)

        actions.retention_months()  # refuse to start with a retention below the legal minimum
