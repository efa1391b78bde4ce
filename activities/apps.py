from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "活动"

    def ready(self):
        from . import extensions, metrics  # noqa: F401  (registration is what importing them does)
