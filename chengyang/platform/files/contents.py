"""Detection and checks of uploaded files by their bytes, never by their names (requirements S15). Nothing here writes.

`examine(data)` returns the kind, or raises ActionError with a sentence that says what to do. Pictures are re-encoded, so that
only pixels are stored: no location, no camera data, no hidden second file.
"""

import io
import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass

import puremagic
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from chengyang.errors import ActionError

FIELD = "file"  # the usual name of the form field at which the error is shown
MOST_PIXELS = 50_000_000  # large cameras stay below it; a larger picture may be a decompression bomb
LONGEST_SIDE = 4096  # pixels; larger pictures are scaled down to it, which is enough for print
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
# MPO is a JPEG with a second picture inside, as phones and cameras write it; only the first one is stored.
PICTURES = {"JPEG": JPEG, "MPO": JPEG, "PNG": PNG, "WEBP": WEBP}
CONTENTS = "[Content_Types].xml"
BROKEN_ZIP = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, ValueError),
    *(RuntimeError, NotImplementedError, EOFError),
)
PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}

_HEIC = re.compile(rb"^....ftyp(heic|heix|hevc|hevx|mif1|msf1|avif)", re.DOTALL)
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|script|svg|body|iframe)\b", re.IGNORECASE)
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch)\b")
_PDF_STREAM = re.compile(rb"\bstream\r?\n.*?endstream", re.DOTALL)  # compressed bytes, which may contain /JS by chance
_ZIP_END = b"PK\x05\x06"


def examine(data: bytes) -> tuple[Kind, bytes]:
    """Return the kind of `data` and the bytes to store (a picture is re-encoded).

    Raises ActionError with the codes `empty`, `kind` (not accepted, or another file hidden inside), `active` (macros,
    scripts), `bomb` (too large when unpacked) and `broken`.
    """
    if not data:
        raise _refusal(_("这是一个空文件，请重新选择。"), "empty")
    if data.startswith(b"%PDF-"):
        return PDF, _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _office(data), data
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4], data[8:12]) == (b"RIFF", b"WEBP"):
        return _picture(data)
    raise _not_accepted(data)


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
        raise _refusal(_("这个 PDF 不完整，请重新导出后再上传。"), "broken")
    if _ZIP_END in data[-TAIL * 32 :] or _MARKUP.search(data[:1024]):
        raise _refusal(_("这个 PDF 里夹带了别的文件，请重新导出后再上传。"), "kind")
    if _ACTIVE_PDF.search(_PDF_STREAM.sub(b"", data)):
        raise _refusal(_("这个 PDF 里有脚本或附件，请“打印成 PDF”后再上传。"), "active")
    return data


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


# ---- pictures -------------------------------------------------------------------------------------------------------


def _picture(data: bytes) -> tuple[Kind, bytes]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata, which is dropped anyway
            with Image.open(io.BytesIO(data), formats=[name for name in PICTURES if name != "MPO"]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise _refusal(_("这张图片太大，请缩小到 5000 万像素以内再上传。"), "bomb")
                kind = PICTURES.get(picture.format or "")
                if kind is None:  # the library opens further formats through those that are asked for
                    raise _not_accepted(data)
                return kind, _re_encode(picture, kind)
    except ActionError:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        Image.DecompressionBombError,
    ):
        raise _refusal(_("这张图片打不开，可能没有传完整，请重新选择。"), "broken") from None


def _re_encode(picture: Image.Image, kind: Kind) -> bytes:
    """Return the first frame, upright, re-encoded from its pixels only."""
    form = "JPEG" if kind is JPEG else picture.format
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded at a reduced size, to save memory
    upright = ImageOps.exif_transpose(picture)
    has_alpha = form != "JPEG" and (upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info)
    upright = upright.convert("RGBA" if has_alpha else "RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    plain = Image.frombytes(upright.mode, upright.size, upright.tobytes())  # drops every kind of metadata
    target = io.BytesIO()
    plain.save(target, form, **({} if form == "PNG" else {"quality": 88}))
    return target.getvalue()
