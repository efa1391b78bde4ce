from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The last of INSTALLED_APPS: when it is ready, every app has declared its extensions."""

    name = "chengyang.portal.home"
    label = "home"
    verbose_name = "首页"

    def ready(self):
        from chengyang import celery  # without it `shared_task` would use a default app with an AMQP broker
        from chengyang.extensions import freeze

        from . import extensions  # noqa: F401  (importing it declares the extensions of this app)

        freeze()
        celery.schedule_periodic_tasks()
