"""The thread of a request: questions, messages and steps, written by its author and by those who work on it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.files import actions as files

from .. import permissions
from ..models import Request, ThreadEntry
from . import timing
from .handling import Kind, notify_all, notify_author, step, workers, write

MOST_FILES = 5  # with one entry
FILE_TYPES = ("image/", "application/pdf")  # of the author and of handlers; pictures are stored anew without metadata


def attach(entry: ThreadEntry, uploads: Iterable[Any], *, owner: Any) -> None:
    """Store `uploads` with `entry`: at most five pictures or PDF files.

    Raises ActionError("too_many"), ("kind"), and as `files.store`.
    """
    found = [upload for upload in uploads if upload]
    if len(found) > MOST_FILES:
        raise ActionError(_("一次最多附 %(n)d 个文件。") % {"n": MOST_FILES}, code="too_many", field="uploads")
    for upload in found:
        try:
            stored = files.store(upload, owner=owner, attached_to=entry)
        except ActionError as error:
            raise ActionError(error.message, code=error.code, field="uploads") from error
        if not stored.content_type.startswith(FILE_TYPES):
            raise ActionError(_("只收图片和 PDF，别的文件请先另存为 PDF。"), code="kind", field="uploads")


@transaction.atomic
def ask_author(
    request: Request,
    *,
    actor: Any,
    text: str,
    pause_reason: str = "",
    pauses: bool = False,
    uploads: Iterable[Any] = (),
) -> ThreadEntry:
    """Ask the author of `request` something, who is notified; with `pauses` the clock stands still until the reply.

    Raises NotAllowed, ActionError("text"), and as `timing.pause` and `attach`.
    """
    request = lock(request)
    require(permissions.can_ask_author, actor, request)
    entry = write(request, Kind.QUESTION, _text(text, _("请写问什么。")), by=actor)
    attach(entry, uploads, owner=actor)
    if pauses:
        timing.pause(request, actor=actor, reason=pause_reason)
    audit.record("request.asked", request, actor=actor, user=request.author)
    until = timing.silent_on(clock.today()) if pauses else None
    notify_author(request, "services/request_question", until=until)
    return entry


@transaction.atomic
def add_message(request: Request, *, actor: Any, text: str, uploads: Iterable[Any] = ()) -> ThreadEntry:
    """Write into the thread of `request`, as its author or as somebody who works on it; the other side is notified.

    The reply of the author lets the clock go on. Raises NotAllowed, ActionError("text"), and as `attach`.
    """
    request = lock(request)
    require(permissions.can_write_entry, actor, request)
    entry = write(request, Kind.MESSAGE, _text(text, _("请写内容。")), by=actor)
    attach(entry, uploads, owner=actor)
    audit.record("request.message_added", request, actor=actor, user=request.author)
    if actor == request.author:
        timing.resume(request, actor=actor)
        notify_all(workers(request), request, "services/request_message")
    else:
        notify_author(request, "services/request_message")
    return entry


@transaction.atomic
def record_step(request: Request, *, actor: Any, text: str) -> ThreadEntry:
    """Record one line about what was done; the author reads it too. Raises NotAllowed, ActionError("text"), ("too_long")."""
    request = lock(request)
    require(permissions.can_work_on_request, actor, request)
    text = _text(text, _("请写做了什么。"))
    if len(text) > 200:
        raise ActionError(_("一步写成一行，最多 200 个字。"), code="too_long", field="text")
    audit.record("request.step_recorded", request, actor=actor, user=request.author)
    return step(request, text, by=actor)


def _text(text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise ActionError(missing, code="text", field="text")
    return text
