"""Actions on the pictures of public pages: added, corrected, put in order, removed at once, put back (requirements S15, P28)."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.errors import ActionError, require
from chengyang.extensions import PictureSet
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock

from .. import contents
from ..models import Picture
from ..permissions import can_show_pictures
from .uploads import bytes_of

RESTORE_WITHIN = dt.timedelta(minutes=10)  # as decisions are taken back; afterwards the bytes are deleted
NOTED = ("alt", "shows_people", "consent")  # what is said about a picture


def add_picture(
    obj: Any, *, upload: Any, actor: Any, alt: str, shows_people: bool = False, consent: str = ""
) -> Picture:
    """Show `upload` (the value of a form's file field) on the public page of `obj`, after its other pictures.

    `alt` says what is seen. Where persons can be recognized, `shows_people` is true and `consent` says how they agreed. A row
    with one picture only gets the new one in its place. Only pixels are stored, in three widths (`contents.public_picture`).
    Raises NotAllowed, and ActionError as `contents.public_picture`, with `small` for fewer pixels than `PictureSet.least`,
    `most`, `twice`, `alt`, `consent`, "invalid".
    """
    require(can_show_pictures, actor, obj)  # before the work of reading; once more under the lock
    kind, sizes = contents.public_picture(bytes_of(upload))
    shown = extensions.picture_set(obj)
    largest = sizes[-1]
    if max(largest.width, largest.height) < shown.least:
        raise _too_small(largest, shown)
    with transaction.atomic():
        obj = lock(obj)
        require(can_show_pictures, actor, obj)
        picture = Picture.of_row(obj)
        picture.sha256 = hashlib.sha256(largest.data).hexdigest()
        present = list(Picture.objects.of(obj).select_for_update())
        if any(one.sha256 == picture.sha256 for one in present):
            raise ActionError(_("这张已经在上面了。"), code="twice", field=contents.FIELD)
        if shown.most > 1 and len(present) >= shown.most:
            raise ActionError(
                _("最多放 %(n)d 张，请先撤下一张。") % {"n": shown.most}, code="most", field=contents.FIELD
            )
        _note(picture, {"alt": alt, "shows_people": shows_people, "consent": consent})
        picture.position = present[-1].position + 1 if present else 0
        picture.width, picture.height = largest.width, largest.height
        picture.content_type = kind.content_type
        for name, size in zip(Picture.SIZES, sizes, strict=True):
            path = f"pictures/{clock.today():%Y}/{secrets.token_hex(16)}.{kind.extension}"
            getattr(picture, name).save(path, ContentFile(size.data), save=False)
        validate(picture)
        if shown.most == 1:
            for former in present:
                _take_off(former)
        picture.save(force_insert=True)
        audit.record("picture.added", obj, actor=actor)
    return picture


@transaction.atomic
def correct_picture(picture: Picture, data: Mapping[str, Any], *, actor: Any) -> Picture:
    """Correct what is said about a picture: `data` has names of `alt`, `shows_people`, `consent`. Return it.

    Raises NotAllowed, ActionError("alt"), ("consent"), ("invalid"), and ("gone") when it has been removed.
    """
    obj, picture = _locked(picture, actor)
    if picture.removed_at:
        raise _gone()
    if changed := _note(picture, data):
        validate(picture, changed)
        picture.save(update_fields=changed)
        audit.record("picture.corrected", obj, actor=actor, fields=changed)
    return picture


@transaction.atomic
def order_pictures(obj: Any, order: Sequence[str], *, actor: Any) -> list[Picture]:
    """Show the pictures of `obj` in the order of their public ids `order`; the first is the cover. Return them.

    Raises NotAllowed, and ActionError("moved") when somebody added or removed one meanwhile.
    """
    obj = lock(obj)
    require(can_show_pictures, actor, obj)
    present = {picture.public_id: picture for picture in Picture.objects.of(obj).select_for_update()}
    if sorted(present) != sorted(order):
        raise ActionError(_("照片有增减，顺序没有保存。下面是现在的样子，请再排一次。"), code="moved")
    found = [present[public_id] for public_id in order]
    if list(present) == list(order):
        return found
    for place, picture in enumerate(found):
        picture.position = place
    Picture.objects.bulk_update(found, ["position"])
    audit.record("picture.ordered", obj, actor=actor)
    return found


@transaction.atomic
def remove_picture(picture: Picture, *, actor: Any) -> Picture:
    """Take a picture off the public page at once; its address answers 404 from now on. Safe to repeat. Raises NotAllowed."""
    obj, picture = _locked(picture, actor)
    if picture.removed_at is None:
        _take_off(picture)
        audit.record("picture.removed", obj, actor=actor)
    return picture


@transaction.atomic
def restore_picture(picture: Picture, *, actor: Any) -> Picture:
    """Put back a picture that was removed within the last ten minutes, at the end. Safe to repeat.

    Raises NotAllowed, ActionError("late") afterwards, ("most") and ("twice") as `add_picture`. The only picture of a row takes
    the place of the one that replaced it.
    """
    obj, picture = _locked(picture, actor)
    if picture.removed_at is None:
        return picture
    if picture.removed_at < clock.now() - RESTORE_WITHIN:
        raise ActionError(_("撤下超过十分钟，已经删除，请重新上传。"), code="late")
    shown, present = extensions.picture_set(obj), list(Picture.objects.of(obj).select_for_update())
    if any(one.sha256 == picture.sha256 for one in present):
        raise ActionError(_("这张已经在上面了。"), code="twice")
    if shown.most > 1 and len(present) >= shown.most:
        raise ActionError(_("最多放 %(n)d 张，请先撤下一张。") % {"n": shown.most}, code="most")
    if shown.most == 1:
        for former in present:
            _take_off(former)
    picture.removed_at, picture.position = None, present[-1].position + 1 if present else 0
    picture.save(update_fields=["removed_at", "position"])
    audit.record("picture.restored", obj, actor=actor)
    return picture


@transaction.atomic
def erase_removed_pictures(*, actor: Any = None) -> int:
    """Delete the pictures that were removed more than ten minutes ago, with their bytes and history; return how many."""
    rows = Picture.objects.filter(removed_at__lt=clock.now() - RESTORE_WITHIN)
    stored = [getattr(picture, name) for picture in rows for name in Picture.SIZES]
    count = history.delete_with_history(rows, skip_locked=True)
    kept = {
        path for names in Picture.objects.values_list(*Picture.SIZES) for path in names
    }  # of a row that was put back or is locked
    gone = [one for one in stored if one.name not in kept]
    transaction.on_commit(lambda: [one.storage.delete(one.name) for one in gone])
    return count


def _locked(picture: Picture, actor: Any) -> tuple[Any, Picture]:
    """Return the row of `picture` and the picture, both locked. Raises NotAllowed."""
    obj = lock(picture.row)
    picture = lock(picture)
    require(can_show_pictures, actor, obj)
    return obj, picture


def _take_off(picture: Picture) -> None:
    picture.removed_at = clock.now()
    picture.save(update_fields=["removed_at"])


def _note(picture: Picture, data: Mapping[str, Any]) -> list[str]:
    """Set what is said about `picture`, without saving; return the changed names. Raises ActionError("alt"), ("consent")."""
    clean = {name: value.strip() if isinstance(value, str) else value for name, value in data.items()}
    changed = assign(picture, clean, fields=NOTED)
    if not picture.alt:
        raise ActionError(_("请写照片里看得见什么，看不见图的人靠这句话。"), code="alt", field="alt")
    if picture.shows_people and not picture.consent:
        raise ActionError(_("认得出人的照片，要写本人是怎么同意的。"), code="consent", field="consent")
    return changed


def _too_small(size: contents.Size, shown: PictureSet) -> ActionError:
    about = {"width": size.width, "height": size.height, "least": shown.least}
    return ActionError(
        _("这张图只有 %(width)d×%(height)d 像素，放大会糊。长边至少要 %(least)d 像素。") % about,
        code="small",
        field=contents.FIELD,
    )


def _gone() -> ActionError:
    return ActionError(_("这张刚被撤下，没有修改。"), code="gone")
