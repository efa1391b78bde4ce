"""Actions that store uploads and attach them to rows (requirements S15)."""

import hashlib
import secrets
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock

from .. import contents, names
from ..models import File, row_of
from ..permissions import can_attach


def store(upload: Any, *, owner: Any, attached_to: Any = None) -> File:
    """Store `upload` (the value of a form's file field) for `owner`, attached to the row `attached_to` or to none yet.

    Returns the File. At most 20 MB; the type is detected from the bytes: PDF, docx, xlsx, JPG, PNG, WebP. Pictures are
    re-encoded without metadata. Raises ActionError with the field `file` and one of the codes `too_large`, `empty`, `kind`,
    `active`, `bomb`, `broken`, `extension`. If the transaction fails later, `files.tidy` deletes the bytes.  (S15)
    """
    data = bytes_of(upload)
    kind, data = contents.examine(data)
    _reject_wrong_extension(upload.name, kind)
    with transaction.atomic():
        label, key = row_of(attached_to)
        file = File(
            owner=owner,
            name=names.clean(upload.name, kind),
            content_type=kind.content_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            attached_to=label,
            attached_id=key,
        )
        file.content.save(_path(kind), ContentFile(data), save=False)
        file.save(force_insert=True)
        audit.record("file.uploaded", file, actor=owner, user=owner)
    return file


@transaction.atomic
def attach(file: File, obj: Any, *, actor: Any) -> File:
    """Attach a file of `actor` to the row `obj`, and return it; safe to repeat.

    From then on everybody who may see `obj` may open the file. Raises NotAllowed for a file of another account,
    ActionError("attached") when it is attached to another row.
    """
    file = lock(file)
    require(can_attach, actor, file)
    place = row_of(obj)
    if (file.attached_to, file.attached_id) == place:
        return file
    if file.attached_to:
        raise ActionError(_("这个文件已经用在别处，请重新上传一份。"), code="attached", field=contents.FIELD)
    file.attached_to, file.attached_id = place
    file.save(update_fields=["attached_to", "attached_id"])
    return file


def move_attached(before: Any, to: Any, *, only: Collection[str] | None = None) -> int:
    """Attach the files of the row `before` to the row `to`, or `only` those with these public ids; return how many.

    The caller has locked both and decides who may read them there.
    """
    found = File.objects.filter(attached_to=before._meta.label, attached_id=before.public_id)
    found = found if only is None else found.filter(public_id__in=only)
    return found.update(attached_to=to._meta.label, attached_id=to.public_id)


def delete_attached(label: str, keys: Collection[str]) -> None:
    """Delete the files that are attached to the rows `keys` (public ids) of the model `label`; their bytes go after the commit."""
    found = File.objects.filter(attached_to=label, attached_id__in=keys)
    stored = [(file.content.storage, file.content.name) for file in found]
    found.delete()

    def delete_bytes() -> None:
        for storage, name in stored:
            if name:
                storage.delete(name)

    transaction.on_commit(delete_bytes, robust=True)


@transaction.atomic
def discard(file: File, *, actor: Any) -> File:
    """Delete an upload that its row no longer needs, and return it; `files.tidy` deletes the bytes. The caller decides who may."""
    file = lock(file)
    audit.record("file.removed", file, actor=actor, user=file.owner)
    File.objects.filter(pk=file.pk).delete()
    return file


@transaction.atomic
def opened(file: File, *, actor: Any) -> File:
    """Record that `actor` opened the file, unless it is their own, and return the file. The owner sees it on 我的数据."""
    if file.owner_id != actor.pk:
        audit.record("file.read", file, actor=actor, user=file.owner)
    return file


def bytes_of(upload: Any) -> bytes:
    """Return the bytes of `upload`. They are counted while reading, because the declared size may be wrong.

    Raises ActionError("too_large").
    """
    most, data = settings.FILES_MAX_BYTES, bytearray()
    for chunk in upload.chunks():
        data += chunk
        if len(data) > most:
            raise ActionError(
                _("文件超过 %(most)d MB，请压缩或拆开后再上传。") % {"most": most // 1024 // 1024},
                code="too_large",
                field=contents.FIELD,
            )
    return bytes(data)


def _reject_wrong_extension(name: str, kind: contents.Kind) -> None:
    """Reject a document with the extension of another type. A picture may have any picture extension, as phones do, and is renamed."""
    extension = names.split(name)[1]
    known = {kind.extension, *kind.others}
    if kind.is_picture:
        known.update(*((other.extension, *other.others) for other in contents.KINDS if other.is_picture))
    if extension and extension not in known:
        raise ActionError(
            _("文件名以 .%(named)s 结尾，内容却是 .%(real)s，请用它原来的名字上传。")
            % {"named": extension[:20], "real": kind.extension},
            code="extension",
            field=contents.FIELD,
        )


def _path(kind: contents.Kind) -> str:
    return f"{clock.today():%Y/%m}/{secrets.token_hex(16)}.{kind.extension}"
