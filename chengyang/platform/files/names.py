"""The name of an upload as it is kept and handed out: readable, and harmless on every system."""

import re
import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from .contents import Kind

LENGTH = 150
_FORBIDDEN = re.compile(r'[<>:"|?*%]')
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def _visible(character: str) -> bool:
    """Control, format (turning marks among them), private and half characters are left out."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def split(name: str) -> tuple[str, str]:
    """Return stem and extension (lower case, without the dot) of the last part of a path of any system."""
    last = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rpartition("/")[2]
    text = " ".join("".join(filter(_visible, last)).split())
    path = PurePosixPath(_FORBIDDEN.sub("_", text).strip(" ."))
    return path.stem.strip(" ."), path.suffix[1:].lower()


def clean(name: str, kind: Kind) -> str:
    """Return `name` without path, control and turning marks, at most 150 characters, ending as `kind` does."""
    stem, extension = split(name)
    if extension not in (kind.extension, *kind.others):
        stem, extension = stem or extension, kind.extension
    if not stem or stem.lower() in _DEVICES:
        stem = f"{_('文件')}{stem}"
    return f"{stem[: LENGTH - len(extension) - 1].rstrip(' .')}.{extension}"
