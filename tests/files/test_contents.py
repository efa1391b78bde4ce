"""Detection by bytes: six kinds are accepted, everything else is refused with advice (S15)."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chengyang.errors import ActionError
from chengyang.platform.files import contents
from chengyang.platform.files.contents import DOCX, JPEG, PDF, PNG, WEBP, XLSX, examine

from .conftest import PDF as A_PDF
from .conftest import office, picture

HEIC = b"\x00\x00\x00\x18ftypheic" + b"\0" * 40
GPS = 0x8825
COMMENT = 0x9286


def refusal(data):
    with pytest.raises(ActionError) as refused:
        examine(data)
    assert refused.value.field == "file"
    return refused.value


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (A_PDF, PDF),
        (office(), DOCX),
        (office("xl/workbook.xml"), XLSX),
        (picture("JPEG"), JPEG),
        (picture("PNG"), PNG),
        (picture("WEBP"), WEBP),
    ],
)
def test_the_six_kinds_are_accepted(data, kind):
    assert examine(data)[0] is kind


@pytest.mark.parametrize("data", [A_PDF, office(), office("xl/workbook.xml")])
def test_documents_are_stored_unchanged(data):
    assert examine(data)[1] == data


def bomb():
    return office(extra=[("word/media/zeros.bin", b"\0" * 30_000_000)])


def many():
    return office(extra=[(f"word/{number}.xml", "") for number in range(contents.MOST_ENTRIES)])


def false_size():
    """An archive whose directory claims an entry of two gigabytes."""
    data = bytearray(office(extra=[("word/x.bin", b"x" * 50)]))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (2_000_000_000).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><script>alert(1)</script>", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "kind"),
        (b"<?xml version='1.0'?><svg/>", "kind"),
        (b"MZ\x90\x00" + b"\0" * 300, "kind"),
        (b"\x7fELF" + b"\0" * 300, "kind"),
        (b"#!/bin/sh\nrm -rf /", "kind"),
        (b"GIF89a" + b"\0" * 30, "kind"),
        (b"BM" + b"\0" * 60, "kind"),
        (HEIC, "kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "kind"),
        ("只是文字".encode(), "kind"),
        (b"\0" * 1000, "kind"),
        (b"\xef\xbb\xbf" + A_PDF, "kind"),
        (A_PDF[:-10], "broken"),
        (A_PDF + office(), "kind"),
        (A_PDF.replace(b"trailer", b"PK\x05\x06 trailer"), "kind"),
        (b"%PDF-1.4\n<html><body>" + A_PDF, "kind"),
        (A_PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "active"),
        (A_PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /Launch >>"), "active"),
        (office("payload.exe"), "kind"),
        (office("mimetype"), "kind"),
        (office(types="hello"), "kind"),
        (office(extra=[("xl/workbook.xml", "<x/>")]), "kind"),
        (office(extra=[("../../etc/passwd", "x")]), "kind"),
        (office(extra=[("/etc/passwd", "x")]), "kind"),
        (office(comment=b"<script>"), "kind"),
        (office(extra=[("word/vbaProject.bin", "x")]), "active"),
        (office(extra=[("word/activeX/activeX1.xml", "x")]), "active"),
        (office()[:-30], "broken"),
        (b"PK\x03\x04" + b"\0" * 100, "broken"),
        (bomb(), "bomb"),
        (many(), "bomb"),
        (false_size(), "bomb"),
        (picture("JPEG")[:200], "broken"),
        (picture("PNG")[:50], "broken"),
        (b"\xff\xd8\xff" + b"\0" * 100, "broken"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "broken"),
        (picture("PNG", (9000, 6000), "1"), "bomb"),
    ],
)
def test_other_kinds_are_refused(data, code):
    assert refusal(data).code == code


@pytest.mark.parametrize(("data", "words"), [(HEIC, "另存为 JPG"), (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "另存为 .docx")])
def test_an_error_says_what_to_do(data, words):
    assert words in str(refusal(data).message)


def test_an_error_names_the_detected_kind():
    assert ".exe" in str(refusal(b"MZ\x90\x00" + b"\0" * 300).message)


def test_script_markers_inside_compressed_streams_are_ignored():
    inside = b"2 0 obj\n<< /Length 20 >>\nstream\nabc/JS xyz/JavaScript \nendstream\nendobj\n"
    assert examine(A_PDF.replace(b"trailer", inside + b"trailer"))[0] is PDF


# ---- pictures -------------------------------------------------------------------------------------------------------


def opened(data):
    return Image.open(io.BytesIO(examine(data)[1]))


def with_metadata(form):
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(GPS)[2] = (36.0, 18.0, 0.0)
    return picture(form, exif=exif, icc_profile=b"profile" * 40)


def test_a_phones_jpeg_with_a_second_picture_is_stored_as_its_first():
    target = io.BytesIO()
    first, second = (Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    first.save(target, "MPO", save_all=True, append_images=[second])
    kind, stored = examine(target.getvalue())
    with Image.open(io.BytesIO(stored)) as found:
        red, _green, blue = found.getpixel((30, 20))
        assert (kind, found.format, found.size) == (JPEG, "JPEG", (64, 48))
    assert red > 200 > 50 > blue


def test_a_format_that_the_library_finds_by_itself_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setattr(contents, "PICTURES", {"PNG": PNG, "JPEG": JPEG})  # without MPO
    target = io.BytesIO()
    Image.new("RGB", (64, 48)).save(target, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    with pytest.raises(ActionError) as refusal:
        examine(target.getvalue())
    assert refusal.value.code == "kind"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_loses_its_metadata(form):
    data = with_metadata(form)
    assert b"PhoneMaker" in data
    stored = examine(data)[1]
    assert b"PhoneMaker" not in stored
    assert not {"exif", "icc_profile", "comment", "xmp"} & opened(data).info.keys()


def test_bytes_after_a_picture_are_dropped():
    assert b"<script>" not in examine(picture("JPEG") + b"<script>alert(1)</script>" + office())[1]


def test_a_picture_is_rotated_as_its_metadata_says():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was rotated
    assert opened(picture("JPEG", (40, 30), exif=exif)).size == (30, 40)


def test_a_large_picture_is_scaled_down():
    assert max(opened(picture("JPEG", (6000, 4000))).size) == contents.LONGEST_SIDE


@pytest.mark.parametrize(
    ("form", "mode", "expected"),
    [
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "L", "RGB"),
        ("PNG", "LA", "RGBA"),
        ("JPEG", "CMYK", "RGB"),
        ("JPEG", "L", "RGB"),
        ("WEBP", "RGBA", "RGBA"),
    ],
)
def test_every_colour_mode_is_re_encoded(form, mode, expected):
    target = io.BytesIO()
    Image.new(mode, (8, 8)).save(target, form)
    assert opened(target.getvalue()).mode == expected


def test_the_first_frame_of_an_animation_is_stored():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "WEBP", save_all=True, append_images=frames[1:])
    assert getattr(opened(target.getvalue()), "n_frames", 1) == 1


# ---- arbitrary bytes ------------------------------------------------------------------------------------------------

STARTS = [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]


def outcome(data):
    """Return the code of the error, or None; any other exception fails the test."""
    try:
        examine(data)
    except ActionError as error:
        return error.code
    return ""


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_accepted_or_refused(start, rest):
    assert outcome(start + rest) in {"", "empty", "kind", "broken", "bomb", "active"}


WHOLE = [A_PDF, office(), office("xl/workbook.xml"), picture("JPEG"), picture("PNG"), picture("WEBP")]


@given(whole=st.sampled_from(WHOLE), place=st.integers(0, 5000), byte=st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_damaged_file_is_accepted_or_refused(whole, place, byte):
    data = bytearray(whole)
    data[place % len(data)] = byte
    assert outcome(bytes(data)) in {"", "kind", "broken", "bomb", "active"}


def test_the_zip_of_the_tests_is_a_zip():
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(office())).namelist()
