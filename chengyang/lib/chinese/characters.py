"""Classes of characters that names, pinyin and search share."""

import re
import unicodedata

# Ideographs with 々 and 〇, the compatibility block, and planes 2 and 3 (extensions B to H and whatever follows them).
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
# Scripts written without spaces between words: ideographs, kana, bopomofo, hangul.
CJK = HAN + "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\uac00-\ud7a3"

DOT = "·"
_DOTS = dict.fromkeys(map(ord, "・･•‧∙⋅᛫"), DOT)
_STOP_IN_NAME = re.compile(f"(?<=[{HAN}])[.．](?=[{HAN}])")
_HAN = re.compile(f"[{HAN}]")
_CJK = re.compile(f"[{CJK}]")
_COMPATIBILITY = "\uf900-\ufaff\U0002f800-\U0002fa1f"
_COMPOSABLE = re.compile(f"[^{_COMPATIBILITY}]+")


def is_han(character: str) -> bool:
    """Return whether one character is an ideograph, rare ones included."""
    return bool(_HAN.match(character))


def is_cjk(character: str) -> bool:
    """Return whether one character is of a script written without spaces."""
    return bool(_CJK.match(character))


def one_dot(text: str) -> str:
    """Return `text` with every look-alike of the middle dot as `·`; a full stop is replaced only between ideographs."""
    return _STOP_IN_NAME.sub(DOT, text.translate(_DOTS))


def compose(text: str) -> str:
    """Return `text` in NFC, except compatibility ideographs: NFC would replace them and so change a name."""
    return _COMPOSABLE.sub(lambda part: unicodedata.normalize("NFC", part.group()), text)


def without_accents(text: str) -> str:
    """Return `text` without combining marks (`josé` → `jose`)."""
    bare = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(bare))
