"""Official documents as Word files: the measures of GB/T 9704-2012 (requirements U13)."""

import io
import re

import docx
import pytest
from docx.oxml.ns import qn

from chengyang import extensions
from chengyang.platform.papers import filling
from tests import libreoffice

from . import templates

OFFICIAL = [one.code for one in extensions.papers() if one.is_official]
WORD = [one.code for one in extensions.papers() if one.has_word]
TWIPS = 1440 / 25.4  # in a millimetre


def document(code):
    return docx.Document(io.BytesIO(templates.default(code)))


def millimetres(element, name):
    return round(int(element.get(qn(f"w:{name}"))) / TWIPS)


@pytest.mark.parametrize("code", OFFICIAL)
def test_the_section_has_the_measures_of_the_standard(code):
    section = document(code).sections[0]._sectPr
    size, margin, grid = (section.find(qn(f"w:{name}")) for name in ("pgSz", "pgMar", "docGrid"))
    assert (millimetres(size, "w"), millimetres(size, "h")) == (210, 297)
    assert [millimetres(margin, side) for side in ("top", "left", "right", "bottom")] == [37, 28, 26, 35]
    assert [grid.get(qn(f"w:{name}")) for name in ("type", "linePitch", "charSpace")] == [
        "linesAndChars",
        "580",
        "-848",
    ]


@pytest.mark.parametrize("code", OFFICIAL)
def test_fonts_are_named_and_not_embedded(code):
    parts = templates.parts_of(templates.default(code))
    text = parts[templates.DOCUMENT].decode() + parts["word/styles.xml"].decode()
    for font in ("方正小标宋简体", "仿宋_GB2312", "黑体"):
        assert f'w:eastAsia="{font}"' in text
    assert 'w:ascii="Times New Roman"' in text
    assert not [name for name in parts if "font" in name.lower() and name.endswith((".ttf", ".odttf"))]


def test_the_second_level_is_in_kaiti():
    text = templates.parts_of(templates.default("activity_notice"))[templates.DOCUMENT].decode()
    assert re.search(r'w:eastAsia="楷体_GB2312".{0,200}（一）', text, re.DOTALL)


@pytest.mark.parametrize("code", OFFICIAL)
def test_the_text_is_16_pt_and_the_title_22_pt(code):
    found = document(code)
    assert found.styles["Normal"].font.size.pt == 16
    assert found.paragraphs[0].runs[0].font.size.pt == 22


@pytest.mark.parametrize("code", OFFICIAL)
def test_page_numbers_stand_outside_between_dashes(code):
    found = document(code)
    section = found.sections[0]
    assert found.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert paragraph.text == "—  —"
        assert paragraph._p.find(f".//{qn('w:instrText')}").text == "PAGE"
        assert paragraph._p.find(f".//{qn('w:jc')}").get(qn("w:val")) == side
        assert paragraph.runs[0].font.size.pt == 14


@pytest.mark.parametrize("code", [code for code in WORD if code not in OFFICIAL])
def test_other_papers_are_on_a4_without_a_grid_and_say_who_made_them(code):
    section = document(code).sections[0]
    assert round(section.page_width.mm) == 210
    assert section._sectPr.find(qn("w:docGrid")) is None
    assert "{{ 制表人 }}" in section.footer.paragraphs[0].text


@libreoffice.needs("writer")
def test_libreoffice_opens_every_file(tmp_path):
    """Each default template, filled with its examples, becomes pages; a file that needs repair would not."""
    for code in WORD:
        values = filling.examples(extensions.paper(code))
        (tmp_path / f"{code}.docx").write_bytes(filling.word_file(templates.default(code), values))
    assert libreoffice.converted(tmp_path, "*.docx", "pdf") == sorted(WORD)
