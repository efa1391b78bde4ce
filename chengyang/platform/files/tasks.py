"""Celery tasks of files; each is safe to run twice, and in two workers at once."""

import datetime as dt
from collections.abc import Iterator

from celery import shared_task
from django.core.files.storage import Storage, default_storage

from chengyang import clock

from . import actions
from .models import File, Picture

SPARED = dt.timedelta(days=1)  # a younger file may belong to a transaction that is still open


@shared_task(name="files.tidy")
def tidy() -> int:
    """Delete removed pictures, and stored bytes without a row, left by a rollback or a deleted row; return how many files (S18)."""
    actions.erase_removed_pictures()
    before = clock.now() - SPARED
    old = [path for path in _stored(default_storage) if default_storage.get_modified_time(path) < before]
    in_use = set(File.objects.filter(content__in=old).values_list("content", flat=True))
    for name in Picture.SIZES:
        in_use |= set(Picture.objects.filter(**{f"{name}__in": old}).values_list(name, flat=True))
    for path in set(old) - in_use:
        default_storage.delete(path)
    return len(set(old) - in_use)


def _stored(storage: Storage, folder: str = "") -> Iterator[str]:
    if folder and not storage.exists(folder):
        return
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}".lstrip("/")
    for name in folders:
        yield from _stored(storage, f"{folder}/{name}".lstrip("/"))
