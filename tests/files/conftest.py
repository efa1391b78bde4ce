"""Fixtures of the tests about files: a temporary storage, uploads of every kind, and an owner."""

import io
import zipfile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from chengyang.platform.accounts.models import User
from chengyang.platform.files.rewrite import rewrite_pdf


def pdf(build=lambda document: None, **options):
    """Return the bytes of a PDF with one empty page, changed by the function `build`."""
    with pikepdf.new() as document:
        document.add_blank_page()
        build(document)
        target = io.BytesIO()
        document.save(target, **{"object_stream_mode": pikepdf.ObjectStreamMode.disable, **options})
    return target.getvalue()


PDF = rewrite_pdf(pdf())  # as it is stored


def office(part="word/document.xml", *, types="<Types/>", extra=(), comment=b""):
    """Return the bytes of an Office file with `part` as its main part."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(part, "<document/>")
        for name, content in extra:
            archive.writestr(name, content)
        archive.comment = comment
    return target.getvalue()


def picture(form="JPEG", size=(40, 30), mode="RGB", **options):
    """Return the bytes of a picture."""
    target = io.BytesIO()
    Image.new(mode, size, "red" if mode in ("RGB", "RGBA") else 1).save(target, form, **options)
    return target.getvalue()


def upload(data, name="材料.pdf", content_type="text/html"):
    """Return the value of a form's file field; the content type of the browser is never used."""
    return SimpleUploadedFile(name, data, content_type=content_type)


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    """Put the storage into a temporary folder."""
    storage = tmp_path / "files"
    options = {"location": storage, "file_permissions_mode": 0o600}
    default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return storage


@pytest.fixture
def owner(db):
    return User.objects.create(name="林知夏", phone="+8615400000001")
