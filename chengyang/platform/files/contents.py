"""Detection and checks of uploaded files by their bytes, never by their names (requirements S15). Nothing here writes.

`examine(data)` returns the kind, or raises ActionError with a sentence that says what to do. Pictures are re-encoded, so that
only pixels are stored: no location, no camera data, no hidden second file. PDFs are written anew without scripts and
attachments. Both happen in a process of their own with limits (`rewrite`).
"""

import contextlib
import fcntl
import io
import json
import re
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import puremagic
from django.conf import settings
from django.utils.translation import gettext as _

from chengyang.errors import ActionError

from . import rewrite

FIELD = "file"  # the usual name of the form field at which the error is shown
WAIT_SECONDS = 20.0  # for the files of others that are rewritten now
REWRITER = [sys.executable, "-m", "chengyang.platform.files.rewrite"]
REWRITE_SECONDS = 20.0  # on the clock; `rewrite` has its own limit of processor time
MOST_ENTRIES, MOST_UNPACKED = 3_000, 300 * 1024 * 1024  # limits of an Office file against zip bombs
MOST_RATIO = 200  # unpacked to packed size; real documents stay below 60
TAIL = 2048  # bytes at the end in which a PDF must have its end marker


@dataclass(frozen=True)
class Kind:
    """One accepted kind of file: its extension, its media type, and other extensions in use."""

    extension: str
    content_type: str
    others: tuple[str, ...] = ()

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


OFFICE = "application/vnd.openxmlformats-officedocument"
PDF = Kind("pdf", "application/pdf")
DOCX = Kind("docx", f"{OFFICE}.wordprocessingml.document")
XLSX = Kind("xlsx", f"{OFFICE}.spreadsheetml.sheet")
JPEG = Kind("jpg", "image/jpeg", ("jpeg", "jfif"))
PNG = Kind("png", "image/png")
WEBP = Kind("webp", "image/webp")
KINDS = (PDF, DOCX, XLSX, JPEG, PNG, WEBP)
PICTURES = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP}
CONTENTS = "[Content_Types].xml"
BROKEN_ZIP = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, ValueError),
    *(RuntimeError, NotImplementedError, EOFError),
)
PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}

_HEIC = re.compile(rb"^....ftyp(heic|heix|hevc|hevx|mif1|msf1|avif)", re.DOTALL)
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|script|svg|body|iframe)\b", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"


def examine(data: bytes) -> tuple[Kind, bytes]:
    """Return the kind of `data` and the bytes to store (a picture is re-encoded).

    Raises ActionError with the codes `empty`, `kind` (not accepted, a password, or another file hidden inside), `active`
    (macros), `bomb` (too large when unpacked, or too much work), `broken`, and `busy` when others upload at the same time.
    """
    if not data:
        raise _refusal(_("这是一个空文件，请重新选择。"), "empty")
    if data.startswith(b"%PDF-"):
        return PDF, _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _office(data), data
    if _is_picture(data):
        return _picture(data)
    raise _not_accepted(data)


class Size(NamedTuple):
    """A picture in one width: pixels, and the bytes to store."""

    width: int
    height: int
    data: bytes


def public_picture(data: bytes) -> tuple[Kind, list[Size]]:
    """Return the kind and the sizes, the smallest first, in which a picture of a public page is stored.

    Raises ActionError with the codes of `examine` for pictures, `kind` for every other file, and `stretched` for a picture
    that is more than four times as long as wide.
    """
    if not data:
        raise _refusal(_("这是一个空文件，请重新选择。"), "empty")
    if not _is_picture(data):
        if _HEIC.match(data):
            raise _not_accepted(data)
        raise _refusal(
            _("这里只收 JPG、PNG、WebP 照片，这个文件不是%(guess)s。") % {"guess": _guess(data)},
            "kind",
        )
    written = _rewritten(_form(data), data, "public")
    head, _newline, rest = written.partition(b"\n")
    sizes = []
    for width, height, length in json.loads(head):
        sizes.append(Size(width, height, rest[:length]))
        rest = rest[length:]
    return (PNG if sizes[-1].data.startswith(b"\x89PNG") else JPEG), sizes


def _is_picture(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4], data[8:12]) == (b"RIFF", b"WEBP")


def _refusal(sentence: str, code: str) -> ActionError:
    return ActionError(sentence, code=code, field=FIELD)


def _not_accepted(data: bytes) -> ActionError:
    """Return the error for a kind that is not accepted, with a sentence on how to convert it where that is possible."""
    if _HEIC.match(data):
        return _refusal(_("这是手机的 HEIC 照片，请先在手机里另存为 JPG 再上传。"), "kind")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _refusal(_("这是旧版或加了密码的 Office 文件，请另存为 .docx、.xlsx 或 PDF 再上传。"), "kind")
    return _refusal(
        _("不收这种文件%(guess)s。可以上传 PDF、Word（.docx）、Excel（.xlsx）和 JPG、PNG、WebP 图片。")
        % {"guess": _guess(data)},
        "kind",
    )


def _guess(data: bytes) -> str:
    try:
        extension = puremagic.from_string(data[:4096])
    except (puremagic.PureError, ValueError):
        return ""
    return _("（看起来是 %(extension)s）") % {"extension": extension} if extension else ""


# ---- documents ------------------------------------------------------------------------------------------------------


def _pdf(data: bytes) -> bytes:
    if b"%%EOF" not in data[-TAIL:]:
        raise _not_rewritten("pdf", "broken")
    if _ZIP_END in data[-TAIL * 32 :] or _MARKUP.search(data[:1024]):
        raise _refusal(_("这个 PDF 里夹带了别的文件，请重新导出后再上传。"), "kind")
    return _rewritten("pdf", data)


def _office(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries, comment = archive.infolist(), archive.comment
            names = [entry.filename for entry in entries]
            _reject_bomb(entries)
            is_office = CONTENTS in names and b"<" in _start(archive, CONTENTS)
    except ActionError:
        raise
    except BROKEN_ZIP:
        raise _refusal(_("这个文件打不开，可能没有传完整，请重新保存后再上传。"), "broken") from None
    found = [kind for part, kind in PARTS.items() if part in names]
    if not is_office or len(found) != 1 or comment or _has_strange_names(names):
        raise _refusal(_("不收压缩包。请把里面的文件一个一个上传。"), "kind")
    if any("vbaproject" in name.lower() or "/activex/" in name.lower() for name in names):
        raise _refusal(_("这个文件里有宏，请另存为不带宏的 .docx 或 .xlsx 再上传。"), "active")
    return found[0]


def archive_names(data: bytes) -> list[str]:
    """Return the names in the archive `data`, after it was measured. Raises ActionError `bomb`, `broken`, and `kind`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except BROKEN_ZIP:
        raise _refusal(_("这个文件打不开，可能没有传完整，请重新保存后再上传。"), "broken") from None
    _reject_bomb(entries)
    names = [entry.filename for entry in entries]
    if _has_strange_names(names):
        raise _refusal(_("不收压缩包。请把里面的文件一个一个上传。"), "kind")
    return names


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as entry:
        return entry.read(4096)


def _reject_bomb(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_too_dense = unpacked > 10 * 1024 * 1024 and unpacked > MOST_RATIO * max(packed, 1)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or is_too_dense:
        raise _refusal(_("这个文件展开后太大，请拆成几个文件再上传。"), "bomb")


def _has_strange_names(names: list[str]) -> bool:
    return len(set(names)) < len(names) or any(
        name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names
    )


# ---- PDFs and pictures ------------------------------------------------------------------------------------------------


def _picture(data: bytes) -> tuple[Kind, bytes]:
    form = _form(data)
    return PICTURES[form], _rewritten(form, data)


def _form(data: bytes) -> str:
    if data.startswith(b"RIFF"):
        return "WEBP"
    # Phones and cameras write JPEG files with a second picture inside (MPO); only the first one is stored.
    return "PNG" if data.startswith(b"\x89PNG") else "JPEG"


def _rewritten(form: str, data: bytes, *use: str) -> bytes:
    """Return `data` as `rewrite` writes it (for `use`): a PDF without active content, a picture of pixels only."""
    with _one_at_a_time():
        try:
            done = subprocess.run(
                [*REWRITER, form, *use],
                input=data,
                capture_output=True,
                cwd=settings.BASE_DIR,
                timeout=REWRITE_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise _not_rewritten(form, "bomb") from None
    if done.returncode == rewrite.REFUSED:
        raise _not_rewritten(form, done.stderr.decode())
    if done.returncode:
        raise _not_rewritten(form, "bomb")
    return done.stdout


def _not_rewritten(form: str, code: str) -> ActionError:
    """Return the error for a file that `rewrite` refused with `code`, or that exceeded its limits (`bomb`)."""
    if form == "pdf":
        sentences = {
            "kind": _("这个 PDF 有密码，请去掉密码后再上传。"),
            "bomb": _("这个 PDF 太复杂，请“打印成 PDF”后再上传。"),
            "broken": _("这个 PDF 不完整，请重新导出后再上传。"),
        }
    else:
        sentences = {
            "bomb": _("这张图片太大，请缩小到 %(millions)d00 万像素以内再上传。")
            % {"millions": rewrite.MOST_PIXELS[form] // 10**6},
            "broken": _("这张图片打不开，可能没有传完整，请重新选择。"),
            "stretched": _("这张图片太长，请裁到长边不超过短边的 %(n)d 倍。") % {"n": rewrite.MOST_STRETCHED},
        }
    return _refusal(sentences[code], code)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold the lock of this machine for files that are rewritten, so that several at once do not fill its memory.

    Raises ActionError("busy") after `WAIT_SECONDS`.
    """
    path = settings.CHENGYANG_HOME / "run" / "rewrite.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + WAIT_SECONDS
    with open(path, "w") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise _refusal(_("现在上传的人多，请过一会儿再传。"), "busy") from None
                time.sleep(0.05)
        yield
