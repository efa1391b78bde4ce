"""Word templates for the tests: the default of a paper, with parts of it replaced."""

import io
import re
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

from chengyang import extensions
from chengyang.platform.papers.defaults import default_file

DOCUMENT = "word/document.xml"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def default(code="sign_in"):
    return default_file(extensions.paper(code))


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def packed(parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def changed(data, name=DOCUMENT, **parts):
    """Return `data` with `parts["edit"](text)` in the place of the part `name`, and with `parts["add"]` as further parts."""
    found = parts_of(data)
    if "edit" in parts:
        found[name] = parts["edit"](found[name].decode()).encode()
    return packed({**found, **parts.get("add", {})})


def with_text(text, data=None):
    """Return a template with a paragraph that says `text`."""
    paragraph = f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    return changed(data or default(), edit=lambda xml: re.sub(r"<w:body>", "<w:body>" + paragraph, xml, count=1))


def upload(data, name="签到表.docx"):
    return SimpleUploadedFile(name, data, content_type=TYPE)
