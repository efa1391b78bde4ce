from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "chengyang.portal.board"
    label = "board"
    verbose_name = "七步看板"

    def ready(self):
        from . import extensions  # noqa: F401  (importing it declares the extensions of this app)
