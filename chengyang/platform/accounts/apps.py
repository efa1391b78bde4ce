from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "chengyang.platform.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self):
        from . import extensions, receivers  # noqa: F401  (registers the extensions; connects the signal receivers)
