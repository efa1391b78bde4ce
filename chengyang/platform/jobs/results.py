"""What the steps of a job write: working data, and the result that its owner fetches.

Both are stored as parts in the database, in the transaction of the step: what a killed worker was writing is gone with its
step, what it had stored is there after a restart, on every host, and in the backup. A part is encrypted (`lib.vault`).
"""

from collections.abc import Iterable, Iterator

from django.db.models import Max

from chengyang.lib.vault import sealing

from .models import Job, JobPart, parts_of

PART_SIZE = 512 * 1024  # bytes of a part of the result
Place = JobPart.Place


def append(job: Job, data: bytes) -> None:
    """Store `data` as the next part of the working data of `job`; call it in a step."""
    last = JobPart.objects.filter(job=job, place=Place.WORK).aggregate(last=Max("number"))["last"]
    _store(job, Place.WORK, 0 if last is None else last + 1, data)


def working_parts(job: Job) -> Iterator[bytes]:
    """Yield what the steps of `job` appended, in order."""
    return parts_of(job, Place.WORK)


def finish(job: Job, chunks: Iterable[bytes], *, name: str, content_type: str) -> None:
    """Store `chunks` as the result of `job`, a file called `name`, and delete its working data; call it in the last step."""
    JobPart.objects.filter(job=job, place=Place.RESULT).delete()
    size = 0
    for number, data in enumerate(_evenly(chunks)):
        _store(job, Place.RESULT, number, data)
        size += len(data)
    JobPart.objects.filter(job=job, place=Place.WORK).delete()
    job.result_name, job.result_type, job.result_size = name[:150], content_type, size
    job.save(update_fields=["result_name", "result_type", "result_size"])


def result(job: Job) -> Iterator[bytes]:
    """Yield the bytes of the result of `job`."""
    return parts_of(job, Place.RESULT)


def _store(job: Job, place: str, number: int, data: bytes) -> None:
    sealed = sealing.seal_bytes(data, JobPart.binding(job, place, number))
    JobPart.objects.create(job=job, place=place, number=number, data=sealed)


def _evenly(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of `chunks` again in pieces of PART_SIZE; the last one may be shorter."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PART_SIZE:
            yield bytes(waiting[:PART_SIZE])
            del waiting[:PART_SIZE]
    if waiting:
        yield bytes(waiting)
