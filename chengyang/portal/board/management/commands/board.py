"""`manage.py board rebuild|publish`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chengyang.portal.board import keeping, results
from chengyang.portal.board.models import DayFigure


class Command(BaseCommand):
    help = (
        "Count all figures of the board anew from the records, or publish the table of persons of the last month anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="rebuild|publish")
        steps.add_parser("rebuild", help="throw the kept figures away and count all of them again")
        steps.add_parser(
            "publish", help="replace the published table of persons of the last month, such as after a wrong import"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, options["step"])()

    def rebuild(self) -> None:
        keeping.rebuild()
        self.stdout.write(f"{DayFigure.objects.count()} figures of days counted")

    def publish(self) -> None:
        keeping.refresh()
        results.publish_persons(again=True)
        self.stdout.write("published")
