from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "chengyang.platform.privacy"
    label = "privacy"
    verbose_name = "个人信息"

    def ready(self):
        from . import extensions  # noqa: F401  (registers the extensions)
