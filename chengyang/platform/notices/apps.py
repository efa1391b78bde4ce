from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "chengyang.platform.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self):
        from . import (
            extensions,  # noqa: F401  (importing it registers the app)
            gateways,
        )

        gateways.sms()  # a wrong SMS_BACKEND, or a provider without credentials, must stop the start
