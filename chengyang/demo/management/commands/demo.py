"""`manage.py demo`: load the demo into an empty portal."""

import argparse
import datetime as dt

from django.core.management.base import BaseCommand, CommandError

from chengyang import clock
from chengyang.demo import growth, loader
from chengyang.platform.web import content


class Command(BaseCommand):
    help = "Load the demo: invented persons, six years of activities up to today, and accounts to sign in with."

    def add_arguments(self, parser):
        parser.add_argument(
            "--seed", type=int, default=1, help="the same seed and day generate the same rows (default 1)"
        )
        parser.add_argument(
            "--today", type=_day, help="the current day of the demo, such as 2026-11-23 (default: today)"
        )

        parser.add_argument(
            "--size",
            choices=("small", "large"),
            default="small",
            help=f"large: {growth.LARGE:,} persons with as many sign-ups, to measure the growth of costs; ten minutes",
        )
        parser.add_argument(
            "--persons", type=int, help=f"with --size large: fewer or more persons, at least {growth.LEAST:,}"
        )

    def handle(self, *args, seed, today, size, persons, **options):
        if persons is not None and size != "large":
            raise CommandError("--persons goes with --size large.")
        wanted = (growth.LARGE if persons is None else persons) if size == "large" else 0
        report = self.stdout.write if options["verbosity"] else lambda line: None
        try:
            loader.load(seed=seed, today=today or clock.today(), persons=wanted, report=report)
        except loader.Refused as refusal:
            raise CommandError(str(refusal)) from None
        content.changed(*content.COMMON)


def _day(text):
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-11-23.") from None
