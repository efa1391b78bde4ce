"""Detection by bytes: six kinds are accepted, everything else is refused with advice (S15)."""

import io
import resource
import sys
import zipfile

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chengyang.errors import ActionError
from chengyang.platform.files import contents, rewrite
from chengyang.platform.files.contents import DOCX, JPEG, PDF, PNG, WEBP, XLSX, examine

from .conftest import PDF as A_PDF
from .conftest import office, pdf, picture

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


@pytest.mark.parametrize("data", [office(), office("xl/workbook.xml")])
def test_office_documents_are_stored_unchanged(data):
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
    assert max(opened(picture("JPEG", (6000, 4000))).size) == rewrite.LONGEST_SIDE


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


# ---- PDFs -----------------------------------------------------------------------------------------------------------


def with_script(document):
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def with_attachment(document):
    document.attachments["a.exe"] = b"MZ-attached"


def with_launch_link(document):
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(link)])


def with_attachment_on_the_page(document):
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9])
    note.FS = pikepdf.Dictionary(EF=pikepdf.Dictionary(F=document.make_stream(b"MZ-attached")))
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(note)])


@pytest.mark.parametrize("build", [with_script, with_attachment, with_launch_link, with_attachment_on_the_page])
@pytest.mark.parametrize("mode", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
def test_active_content_of_a_pdf_is_removed(build, mode):
    kind, stored = examine(pdf(build, object_stream_mode=mode))
    with pikepdf.open(io.BytesIO(stored)) as document:
        written = b" ".join(obj.unparse() for obj in document.objects)
        streams = b" ".join(obj.read_bytes() for obj in document.objects if isinstance(obj, pikepdf.Stream))
    assert kind is PDF
    assert not [word for word in (b"JavaScript", b"Launch", b"EmbeddedFile", b"FileAttachment") if word in written]
    assert b"MZ-attached" not in streams + stored


def test_escaped_names_of_a_pdf_are_read_as_names():
    plain = pdf(with_script)
    escaped = plain.replace(b"/JavaScript", b"/JavaScr#69pt").replace(b"/JS ", b"/J#53 ")
    assert escaped != plain
    assert b"alert" not in examine(escaped)[1]


def test_text_of_a_pdf_stays():
    def build(document):
        document.pages[0].Contents = document.make_stream(b"BT (/JS and /Launch are words) Tj ET")

    with pikepdf.open(io.BytesIO(examine(pdf(build))[1])) as document:
        assert document.pages[0].Contents.read_bytes() == b"BT (/JS and /Launch are words) Tj ET"


def test_links_to_web_pages_stay():
    def build(document):
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/")
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
        document.pages[0].Annots = pikepdf.Array([link])

    with pikepdf.open(io.BytesIO(examine(pdf(build))[1])) as document:
        assert str(document.pages[0].Annots[0].A.URI) == "https://example.org/"


def test_pdf_with_a_password_is_refused_with_advice():
    locked = pdf(encryption=pikepdf.Encryption(owner="a", user="b"))
    assert "密码" in str(refusal(locked).message)


def unfinished_streams(number):
    return b"%PDF-1.4\n" + b"stream\n" * number + b"%%EOF"


def nested_arrays(number):
    return A_PDF.replace(b"/Catalog", b"/Catalog /X " + b"[" * number + b"]" * number)


def work(data):
    """Return the processor seconds of the process that rewrites `data`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome(data)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime


@pytest.mark.parametrize("make", [unfinished_streams, nested_arrays])
def test_twice_the_input_takes_at_most_twice_the_work(make):
    small, large = (min(work(make(number)) for _ in range(2)) for number in (100_000, 200_000))
    assert large <= 2.5 * small + 0.1  # the constant part is the start of Python


@pytest.mark.parametrize("make", [unfinished_streams, nested_arrays])
def test_a_hostile_pdf_is_refused(make):
    assert refusal(make(100_000)).code in {"broken", "bomb"}


def test_a_file_that_exceeds_the_memory_ends_only_its_own_process(monkeypatch):
    monkeypatch.setattr(
        contents, "REWRITER", [sys.executable, "-c", "import sys; sys.stdin.buffer.read(); raise MemoryError"]
    )
    assert refusal(picture("JPEG")).code == "bomb"


def test_files_are_rewritten_one_at_a_time(monkeypatch):
    monkeypatch.setattr(contents, "WAIT_SECONDS", 0.1)
    with contents._one_at_a_time():
        assert refusal(picture("JPEG")).code == "busy"


# ---- arbitrary bytes ------------------------------------------------------------------------------------------------

STARTS = [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]
WHOLE = [A_PDF, office(), office("xl/workbook.xml"), picture("JPEG"), picture("PNG"), picture("WEBP")]
DAMAGED = [*WHOLE, pdf(with_script), pdf(with_attachment), pdf(with_launch_link)]


def outcome(data):
    """Return the code of the error, or None; any other exception fails the test."""
    try:
        examine(data)
    except ActionError as error:
        return error.code
    return ""


def outcome_here(data):
    """Return what `rewrite` does with `data`, in this process; any exception but Refused fails the test."""
    try:
        if data.startswith(b"%PDF-"):
            rewrite.rewrite_pdf(data)
        else:
            rewrite.rewrite_picture(data, contents._form(data))
    except rewrite.Refused as refusal:
        return str(refusal)
    return ""


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
@settings(max_examples=40, deadline=None)
def test_any_bytes_are_accepted_or_refused(start, rest):
    assert outcome(start + rest) in {"", "empty", "kind", "broken", "bomb", "active"}


@given(whole=st.sampled_from(WHOLE), place=st.integers(0, 5000), byte=st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_a_damaged_file_is_accepted_or_refused(whole, place, byte):
    data = bytearray(whole)
    data[place % len(data)] = byte
    assert outcome(bytes(data)) in {"", "kind", "broken", "bomb", "active"}


@given(whole=st.sampled_from(DAMAGED), place=st.integers(0, 5000), bytes_=st.binary(max_size=6))
@settings(max_examples=300, deadline=None)
def test_damage_inside_a_file_is_refused_where_it_is_rewritten(whole, place, bytes_):
    place %= len(whole)
    assert outcome_here(whole[:place] + bytes_ + whole[place + len(bytes_) :]) in {"", "kind", "broken", "bomb"}


def test_the_zip_of_the_tests_is_a_zip():
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(office())).namelist()
