from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The last of INSTALLED_APPS: once it is ready, every app has declared what it adds."""

    name = "chengyang.portal.home"
    label = "home"
    verbose_name = "首页"

    def ready(self):
        from chengyang import celery  # `shared_task` must find our Celery app, not a default one that speaks AMQP
        from chengyang.extensions import freeze

        from . import extensions  # noqa: F401  (declares what the app adds to the rest)

        freeze()
        celery.schedule_periodic_tasks()
