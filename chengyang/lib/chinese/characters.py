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


# Radicals (U+2E80…, U+2F00…) look like ideographs and come from text that was copied out of a PDF. NFKC knows the block of the
# Kangxi radicals; of the supplement, these are drawn exactly like an ideograph.
_SUPPLEMENT = "⺠民⻁虎⻄西⻅见⻆角⻉贝⻋车⻑長⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻬齐⻮齿⻰龙⻳龟⺟母"
# GBK has 80 characters at FE50 to FEA0 that Unicode did not have yet; old input methods write them as U+E815 to U+E864. The
# codec follows GB 18030-2000; these fourteen were assigned in GB 18030-2005 and 2022.
_PRIVATE, _PRIVATE_COUNT = 0xE815, 80
_ASSIGNED_LATER = {
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE831: 0x215D7,
    0xE832: 0x9FB8,
    0xE83B: 0x2298F,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE855: 0x241FE,
    0xE864: 0x9FBB,
}


def _standard() -> dict[int, int]:
    radicals = {code: ord(unicodedata.normalize("NFKC", chr(code))) for code in range(0x2F00, 0x2FD6)}
    supplement = dict(zip(map(ord, _SUPPLEMENT[::2]), map(ord, _SUPPLEMENT[1::2]), strict=True))
    private = {
        _PRIVATE + place: ord(bytes((0xFE, 0x50 + place + (place >= 47))).decode("gb18030"))  # 0x7F is left out
        for place in range(_PRIVATE_COUNT)
    }
    return {**radicals, **supplement, **private, **_ASSIGNED_LATER}


_STANDARD = _standard()


def standard_characters(text: str) -> str:
    """Return `text` with radicals, and private code points that GB 18030 assigns, as the ideographs that they stand for.

    Compatibility ideographs (U+F900…) stay: they are forms of characters that people choose for their names.
    """
    return text.translate(_STANDARD)


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
