"""What an uploaded Word template may contain (requirements U12). It is hostile input: a file of a stranger, with code in it.

A template holds placeholders (`{{ 姓名 }}`) and loops over the lists of its paper (`{%tr for 项 in 名单 %}`), and nothing else
that Jinja knows. `check` refuses everything else before anything is rendered, and so does `filling` by its environment.
"""

import html
import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.extensions import Paper
from chengyang.extensions.papers import NUMBER
from chengyang.platform.files import contents

from .filling import MADE_AT, MAKER, environment

MOST_BYTES = 2 * 1024 * 1024  # of the file
MOST_UNPACKED = 20 * 1024 * 1024  # of all parts; pictures of a letterhead are some hundred KB
MOST_TEXT_PART = 2 * 1024 * 1024  # of one part with text; the form of a person has 60 KB
MOST_PARTS = 300
MOST_TAGS = 1_000  # placeholders and loops
NAME_LENGTH = 40

FIELD = "upload"
# Fields of Word that show something of the document itself; all others reach outside of it or ask the reader.
SAFE_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES", "DATE", "TIME", "SEQ", "STYLEREF", "EQ", "FORMTEXT", "FORMCHECKBOX"}
TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
_OTHER_TAGS = re.compile(r"\{\{\s*(?:r|p|tr|tc)\s|\{%-?\s*(?:r|cellbg|colspan|hm|vm)\b")
_TAG = re.compile(r"\{\{|\{%|\{#")


@dataclass
class Findings:
    """What a template contains: names of placeholders as they are written, `名单.姓名` for those of a list."""

    used: set[str] = field(default_factory=set)

    def missing(self, paper: Paper) -> list[str]:
        """Return the placeholders of `paper` that the template does not have; who made it and when may be left out."""
        return [name for name in names_of(paper) if name not in self.used]

    def unknown(self, paper: Paper) -> list[str]:
        """Return the placeholders that `paper` does not have, as they are written."""
        known = {*names_of(paper), *(found.name for found in paper.lists), MAKER.name, MADE_AT.name}
        return sorted(self.used - known)


def names_of(paper: Paper) -> list[str]:
    """Return the placeholders of `paper`: its fields, and those of its lists as `名单.姓名`."""
    own = [one.name for one in paper.fields]
    listed = [f"{found.name}.{name}" for found in paper.lists for name in (NUMBER, *(one.name for one in found.fields))]
    return [*own, *listed]


def check(data: bytes) -> Findings:
    """Return what the template `data` contains.

    Raises ActionError at the field `upload`: `too_large`, `kind` (not a .docx), `active` (macros, embedded objects, fields that
    reach outside), `external` (links to other files), `bomb`, `broken`, `syntax` (something that is no placeholder).
    """
    if len(data) > MOST_BYTES:
        raise refusal(_("模板最多 %(n)d MB，请压缩里面的图片。") % {"n": MOST_BYTES // 1024**2}, "too_large")
    parts = _parts(data)
    for name, content in parts.items():
        if name.endswith(".rels"):
            _refuse_outside(content)
        if name.endswith((".xml", ".rels")):
            _refuse_active(name, content)
    findings = Findings()
    for name in filter(TEXT_PARTS.fullmatch, parts):
        if len(_TAG.findall(re.sub("<[^>]*>", "", parts[name].decode("utf-8", "replace")))) > MOST_TAGS:
            raise refusal(_("模板里的占位符太多，最多 %(n)d 个。") % {"n": MOST_TAGS}, "bomb")
    for source in _sources(data):
        _read(source, findings)
    return findings


def refusal(sentence: str, code: str) -> ActionError:
    return ActionError(sentence, code=code, field=FIELD)


def _parts(data: bytes) -> dict[str, bytes]:
    """Return the XML parts of the file by name; pictures are only measured."""
    try:
        kind, _same = contents.examine(data)
        if kind is not contents.DOCX:
            raise refusal(_("请上传 Word 文档（.docx）。"), "kind")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            is_large = any(
                TEXT_PARTS.fullmatch(entry.filename) and entry.file_size > MOST_TEXT_PART for entry in entries
            )
            if len(entries) > MOST_PARTS or is_large or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise refusal(_("这个文件展开后太大，请删去多余的图片再上传。"), "bomb")
            return {entry.filename: archive.read(entry) for entry in entries if _is_markup(entry.filename)}
    except ActionError as error:
        error.field = FIELD
        raise
    except contents.BROKEN_ZIP:
        raise refusal(_("这个文件打不开，可能没有传完整，请重新保存后再上传。"), "broken") from None


def _is_markup(name: str) -> bool:
    return name.endswith((".xml", ".rels"))


def _refuse_outside(content: bytes) -> None:
    text = html.unescape(content.decode("utf-8", "replace"))  # an attribute may be written as references to characters
    if re.search(r"TargetMode\s*=\s*[\"']\s*External", text, re.IGNORECASE):
        raise refusal(_("模板里有指向外部的链接或图片，请删去链接、把图片放进文档再上传。"), "external")


def _refuse_active(name: str, content: bytes) -> None:
    """Refuse macros, embedded objects, entities, fields that reach outside, and placeholders where nothing is filled in."""
    lowered = content.lower()
    encoding = re.match(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)", lowered.removeprefix(b"\xef\xbb\xbf"))
    if b"\0" in content or (encoding and encoding.group(1) not in (b"utf-8", b"us-ascii")):
        # Word writes UTF-8; in another encoding the rest of these checks would read something else than Word does.
        raise refusal(_("这个文件打不开，可能没有传完整，请重新保存后再上传。"), "broken")
    if name == contents.CONTENTS and (b"macroenabled" in lowered or b"oleobject" in lowered):
        raise refusal(_("这个文件里有宏或嵌入的对象，请另存为普通的 .docx 再上传。"), "active")
    if b"<!doctype" in lowered or b"<!entity" in lowered:
        raise refusal(_("这个文件打不开，可能没有传完整，请重新保存后再上传。"), "broken")
    if re.search(rb"<[\w]*:?(altChunk|object|control|subDoc|dataBinding)\b", content):
        raise refusal(_("这个文件里有嵌入的对象，请删去以后再上传。"), "active")
    _refuse_fields(content)
    if not TEXT_PARTS.fullmatch(name) and re.search(rb"\{\{|\{%", content):
        raise refusal(_("占位符只能写在正文、页眉和页脚里，不能写在脚注、批注和文档属性里。"), "syntax")


def _refuse_fields(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    # A field may be split over runs: its parts are joined up to where the next one begins.
    for found in re.split(r"fldCharType\s*=\s*[\"']begin", text):
        code = "".join(re.findall(r"<(?:\w+:)?instrText[^>]*>([^<]*)<", found)).split()
        if code and code[0].upper() not in SAFE_FIELDS:
            raise refusal(
                _("模板里有 Word 域 %(name)s，请删去；只可以用页码和日期。") % {"name": code[0][:20]}, "active"
            )
    for code in re.findall(r"<(?:\w+:)?fldSimple[^>]*?instr\s*=\s*[\"']\s*([^\s\"']+)", text):
        if code.upper() not in SAFE_FIELDS:
            raise refusal(_("模板里有 Word 域 %(name)s，请删去；只可以用页码和日期。") % {"name": code[:20]}, "active")


def _sources(data: bytes) -> list[str]:
    """Return the text parts as docxtpl hands them to Jinja. Raises ActionError `broken`, and `syntax` for tags of docxtpl."""
    from docxtpl import DocxTemplate  # only this page needs it: 120 ms

    try:
        template = DocxTemplate(io.BytesIO(data))
        template.init_docx()
        sources = [template.get_xml()]
        for uri in (template.HEADER_URI, template.FOOTER_URI):
            sources += [template.get_part_xml(part) for _key, part in template.get_headers_footers(uri)]
        if any(_OTHER_TAGS.search(re.sub("<[^>]*>", "", source)) for source in sources):
            raise refusal(_("占位符请写成 {{ 姓名 }}，重复的行写成 {%tr for 项 in 名单 %}，不用别的写法。"), "syntax")
        return [template.patch_xml(source) for source in sources]
    except ActionError:
        raise
    except Exception:  # python-docx and lxml raise whatever a broken part makes them raise
        raise refusal(_("这个文件打不开，可能没有传完整，请重新保存后再上传。"), "broken") from None


# ---- the syntax -----------------------------------------------------------------------------------------------------
def _read(source: str, findings: Findings) -> None:
    """Collect the placeholders of one part. Raises ActionError `syntax` for whatever is neither a placeholder nor a loop."""
    from jinja2 import TemplateSyntaxError, nodes

    try:
        tree = environment().parse(source)
    except TemplateSyntaxError as error:
        raise refusal(_("第 %(n)d 段附近的占位符写得不对，请检查花括号。") % {"n": error.lineno}, "syntax") from None
    except RecursionError:
        raise refusal(_("模板里的占位符太多，最多 %(n)d 个。") % {"n": MOST_TAGS}, "bomb") from None
    for node in tree.body:
        if isinstance(node, nodes.For):
            _read_loop(node, findings)
        else:
            _read_output(node, findings, {})


def _read_loop(node: Any, findings: Findings) -> None:
    from jinja2 import nodes

    is_plain = isinstance(node.target, nodes.Name) and isinstance(node.iter, nodes.Name)
    if not is_plain or node.else_ or node.test or node.recursive:
        raise _strange(node)
    findings.used.add(_checked(node.iter.name))
    for inner in node.body:
        _read_output(inner, findings, {node.target.name: node.iter.name})


def _read_output(node: Any, findings: Findings, rows: dict[str, str]) -> None:
    """Collect the placeholders of text; `rows` is the name of a row in a loop → the list."""
    from jinja2 import nodes

    if not isinstance(node, nodes.Output):
        raise _strange(node)
    for part in node.nodes:
        if isinstance(part, nodes.TemplateData):
            continue
        if isinstance(part, nodes.Name) and part.name not in rows:
            findings.used.add(_checked(part.name))
        elif isinstance(part, nodes.Getattr) and isinstance(part.node, nodes.Name) and part.node.name in rows:
            findings.used.add(f"{rows[part.node.name]}.{_checked(part.attr)}")
        else:
            raise _strange(node)


def _checked(name: str) -> str:
    if len(name) > NAME_LENGTH or name.startswith("_"):
        raise refusal(_("占位符的名字不对：%(name)s") % {"name": name[:NAME_LENGTH]}, "syntax")
    return name


def _strange(node: Any) -> ActionError:
    return refusal(
        _(
            "第 %(n)d 段附近有模板里不能用的写法；只可以写 {{ 姓名 }} 这样的占位符，和 {%%tr for 项 in 名单 %%} 这样的重复行。"
        )
        % {"n": node.lineno},
        "syntax",
    )
