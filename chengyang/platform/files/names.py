"""Safe file names: readable, and harmless on every operating system."""

import re
import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from .contents import Kind

LENGTH = 150
_FORBIDDEN = re.compile(r'[<>:"|?*%]')
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def _is_visible(character: str) -> bool:
    """Return False for control, format (bidirectional marks among them), private-use, unassigned and surrogate characters."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def split(name: str) -> tuple[str, str]:
    """Return (stem, extension) of the last part of a path of any system; the extension is lower case, without the dot."""
    last = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rpartition("/")[2]
    text = " ".join("".join(filter(_is_visible, last)).split())
    path = PurePosixPath(_FORBIDDEN.sub("_", text).strip(" ."))
    return path.stem.strip(" ."), path.suffix[1:].lower()


def clean(name: str, kind: Kind) -> str:
    """Return `name` without path, control and bidirectional characters, at most 150 characters, with the extension of `kind`."""
    stem, extension = split(name)
    if extension not in (kind.extension, *kind.others):
        stem, extension = stem or extension, kind.extension
    if not stem or stem.lower() in _DEVICES:
        stem = f"{_('文件')}{stem}"
    return f"{stem[: LENGTH - len(extension) - 1].rstrip(' .')}.{extension}"
