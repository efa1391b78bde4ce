"""Names of files: readable, and harmless on every operating system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.platform.files.contents import DOCX, JPEG, KINDS, PDF
from chengyang.platform.files.names import LENGTH, clean


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("活动记录.pdf", PDF, "活动记录.pdf"),
        ("活动记录.PDF", PDF, "活动记录.pdf"),
        ("照片.JPEG", JPEG, "照片.jpeg"),
        ("照片.png", JPEG, "照片.jpg"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\Users\\于明\\总结.docx", DOCX, "总结.docx"),
        ("/tmp/a.pdf", PDF, "a.pdf"),
        ("x\r\nSet-Cookie: a=b.pdf", PDF, "xSet-Cookie_ a=b.pdf"),
        ("a\0b.pdf", PDF, "ab.pdf"),
        ("\u202efdp.exe.pdf", PDF, "fdp.exe.pdf"),
        ('a"b<c>|d?.pdf', PDF, "a_b_c__d_.pdf"),
        ("100%.pdf", PDF, "100_.pdf"),
        ("  两   个  空格 .pdf", PDF, "两 个 空格.pdf"),
        (".pdf", PDF, "pdf.pdf"),
        ("", PDF, "文件.pdf"),
        ("...", PDF, "文件.pdf"),
        ("CON.pdf", PDF, "文件CON.pdf"),
        ("lpt1.docx", DOCX, "文件lpt1.docx"),
        ("𬭚和😀.pdf", PDF, "𬭚和😀.pdf"),
    ],
)
def test_a_name_is_cleaned(name, kind, expected):
    assert clean(name, kind) == expected


def test_a_long_name_is_cut_and_keeps_its_extension():
    name = clean("长" * 500 + ".docx", DOCX)
    assert (len(name), name[-6:]) == (LENGTH, "长.docx")


@given(name=st.text(max_size=400), kind=st.sampled_from(KINDS))
def test_no_name_contains_harmful_characters(name, kind):
    cleaned = clean(name, kind)
    assert cleaned.isprintable()
    assert not set(cleaned) & set('/\\\0\r\n"<>|:*?%')
    assert len(cleaned) <= LENGTH
    assert cleaned.rpartition(".")[2] in (kind.extension, *kind.others)
