from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "chengyang.portal.home"
    label = "home"
    verbose_name = "首页"

    def ready(self):
        from chengyang import celery  # noqa: F401  (shared_task must find our app, not the default amqp one)

        from . import extensions  # noqa: F401  (registration is what importing it does)
