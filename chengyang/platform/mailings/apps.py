from django.apps import AppConfig


class MailingsConfig(AppConfig):
    name = "chengyang.platform.mailings"
    label = "mailings"
    verbose_name = "群发消息"

    def ready(self):
        from . import extensions  # noqa: F401  (importing it registers the app)
