"""`manage.py audit verify|seal|purge`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chengyang.errors import ActionError
from chengyang.platform.audit import actions
from chengyang.platform.audit.models import Batch
from chengyang.platform.audit.verification import verify


class Command(BaseCommand):
    help = "Verify the audit entries, seal new ones, or purge those past retention."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="verify|seal|purge")
        check = steps.add_parser("verify", help="list every entry that was changed, removed or never sealed")
        check.add_argument("--head", default="", help="number:hash of a batch as an earlier run printed it")
        steps.add_parser("seal", help="seal all entries that are in no batch")
        steps.add_parser("purge", help="delete the entries of whole batches that are past retention")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, options["step"])(**options)

    def verify(self, head: str, **options: Any) -> None:
        count = 0
        for count, finding in enumerate(verify(head), start=1):  # noqa: B007
            self.stdout.write(str(finding))
        if count:
            raise CommandError(f"{count} findings")
        self.stdout.write(f"nothing is wrong; the last batch is {Batch.objects.last() or 'none'}")

    def seal(self, **options: Any) -> None:
        missing = actions.requeue_missing()
        self.stdout.write(f"{actions.seal_due()} entries sealed, {missing} of them were not in the queue")

    def purge(self, **options: Any) -> None:
        try:
            batches = actions.purge()
        except ActionError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{sum(batch.count for batch in batches)} entries of {len(batches)} batches purged")
