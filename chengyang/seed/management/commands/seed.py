"""`manage.py seed`: load the published facts and the reference data; it can be run again at any time."""

from django.core.management.base import BaseCommand

from chengyang.platform.web import content
from chengyang.seed.loader import seed


class Command(BaseCommand):
    help = "Create missing rows of the published facts and the reference data; existing rows stay as they are."

    def handle(self, *args, **options):
        created = seed()
        content.changed()
        if options["verbosity"]:
            rows = [f"{label}: {number}" for label, number in sorted(created.items())]
            self.stdout.write("\n".join(rows) or "Nothing was missing.")
