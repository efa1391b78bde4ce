from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "chengyang.accounts"
    label = "accounts"
    verbose_name = "账号"
