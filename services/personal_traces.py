"""Personal data that stands in a text that is about to be published: numbers of phones, cards and identities, WeChat ids, and names."""

import re
from collections.abc import Iterable

_NUMBERS = re.compile(
    r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)"  # a mobile number
    r"|(?<!\d)0\d{2,3}[\s-]?\d{4}[\s-]?\d{3,4}(?!\d)"  # a landline number with its area code
    r"|(?<=电话)[:：\s]*[2-8]\d{6,7}(?!\d)|(?<=座机)[:：\s]*[2-8]\d{6,7}(?!\d)"  # and one without, where the word says so
    r"|(?:微信号?|[Ww]e[Cc]hat|[Vv][Xx])(?:\s*[:：是为]\s*|\s*)[A-Za-z][-_A-Za-z0-9]{5,19}"  # a WeChat id
    r"|(?<![A-Za-z0-9_])wxid_[A-Za-z0-9]+"
    r"|(?<!\d)\d{17}[\dXx](?!\d)"  # an identity number
    r"|(?<!\d)\d{16,19}(?!\d)"  # a bank card
    r"|[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+"  # a mail address
)


def found_in(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the personal numbers and addresses in `text`, and those of `names` that stand in it, each once."""
    found = [match.group().strip() for match in _NUMBERS.finditer(text)]
    found += [name for name in names if name and name in text]
    return list(dict.fromkeys(found))
