"""Parse an HTML page: its texts, its attributes, and the URLs it loads."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

EMPTY = {"meta", "link", "input", "br", "img", "hr", "use", "line", "path", "rect", "circle", "text", "col", "wbr"}
SILENT = {"script", "style", "code", "samp"}  # elements whose content is not checked as text
SPOKEN = ("alt", "title", "aria-label", "placeholder", "data-yes", "data-no", "data-confirm", "data-confirm-yes")
LOADS = ("src", "href", "action", "srcset", "formaction", "poster", "data")
SCHEMES = {"data", "blob", "mailto", "tel", "webcal", "otpauth"}
WORD = re.compile(r"[A-Za-z]{3,}")
MADE_BY_MISTAKE = re.compile(r"\bNone\b|%\(\w+\)|\{\{|\{%|object at 0x|<QuerySet|gettext|\bTrue\b|\bFalse\b")


@dataclass
class Page:
    """A parsed page: `words` are all visible or spoken texts, `wrong` lists what the CSP forbids or loads from other hosts."""

    lang: str = ""
    title: str = ""
    headings: int = 0
    metas: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def text(self) -> str:
        return " ".join(self.words)


class Reader(HTMLParser):
    """Parser that fills a `Page`; resources may be loaded only from `host`."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.page, self.host, self.open = Page(), host, []

    def handle_starttag(self, tag: str, pairs: list) -> None:
        attributes = {name: value or "" for name, value in pairs}
        if tag not in EMPTY:
            self.open.append(tag)
        self.page.headings += tag == "h1"
        if tag == "html":
            self.page.lang = attributes.get("lang", "")
        if tag == "meta" and "name" in attributes:
            self.page.metas[attributes["name"]] = attributes.get("content", "")
        is_data = attributes.get("type") == "application/ld+json"  # browsers run nothing of it
        if tag == "style" or (tag == "script" and "src" not in attributes and not is_data):
            self.page.wrong.append(f"inline <{tag}>")
        self.page.words += [attributes[name] for name in SPOKEN if name in attributes]
        for name, value in attributes.items():
            self.check(tag, name, value)

    def check(self, tag: str, name: str, value: str) -> None:
        if name == "style" or name.startswith("on") or (name.startswith("hx-on") and value):
            self.page.wrong.append(f"<{tag} {name}>")
        if name in LOADS:
            parts = urlsplit(value)
            here = parts.scheme in ("", "http", "https") and parts.netloc in ("", self.host)
            foreign = not here and parts.scheme not in SCHEMES
            self.page.wrong += [f'<{tag} {name}="{value[:60]}">'] if foreign else []

    def handle_startendtag(self, tag: str, pairs: list) -> None:
        self.handle_starttag(tag, pairs)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "title" in self.open and "svg" not in self.open:
            self.page.title += data
        elif not SILENT & set(self.open) and data.strip():
            self.page.words.append(data.strip())


def read(text: str, host: str = "testserver") -> Page:
    """Return `text` parsed as a page."""
    reader = Reader(host)
    reader.feed(text)
    reader.close()
    return reader.page
