"""The writer of a message corrects or withdraws it for a short time; what it said first is kept in the history for the office."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.files import actions as files

from .. import permissions
from ..models import ThreadEntry
from . import shares


@transaction.atomic
def correct_entry(entry: ThreadEntry, *, actor: Any, text: str) -> ThreadEntry:
    """Change the words of a message or a question within 30 minutes; the entry says that it was changed.

    Raises NotAllowed for anybody but its writer and when the time is over, ActionError("text") without words, ("same").
    """
    request, entry = lock(entry.request), lock(entry)
    require(permissions.can_correct_entry, actor, entry)
    text = text.strip()
    if not text:
        raise ActionError(_("请写内容；不要这一条了，请点撤回。"), code="text", field="text")
    if text == entry.text:
        raise ActionError(_("和原来一样，没有改动。"), code="same", field="text")
    entry.text, entry.edited_at = text, clock.now()
    entry.save(update_fields=["text", "edited_at"])
    fields = ["text", "edited_at"]
    audit.record("request.message_corrected", request, actor=actor, user=request.author, fields=fields)
    return entry


@transaction.atomic
def withdraw_entry(entry: ThreadEntry, *, actor: Any) -> ThreadEntry:
    """Withdraw a message within 30 minutes: its words leave the thread, its files are deleted, one line says so.

    A clock that went on with it goes on; an opinion of a helping team is waited for again. Raises NotAllowed as `correct_entry`.
    """
    request, entry = lock(entry.request), lock(entry)
    require(permissions.can_withdraw_entry, actor, entry)
    entry.text, entry.withdrawn_at = "", clock.now()
    entry.save(update_fields=["text", "withdrawn_at"])
    files.delete_attached("services.ThreadEntry", [entry.public_id])
    audit.record("request.message_withdrawn", request, actor=actor, user=request.author, fields=["withdrawn_at"])
    if entry.share:
        shares.ask_again(entry.share, actor=actor)
    return entry
