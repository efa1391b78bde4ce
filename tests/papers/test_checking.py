"""What an uploaded Word template may contain: every kind of hostile file is refused before anything is rendered (U12)."""

import time

import pytest

from chengyang import extensions
from chengyang.errors import ActionError
from chengyang.platform.papers import checking, filling

from . import templates

EXTERNAL = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId99" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    'Target="http://example.invalid/x.dotm" TargetMode="External"/></Relationships>'
)
CODE = [  # text of the template that is neither a placeholder nor a loop over a list
    "{{ ().__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ 活动名称.__class__ }}",
    "{{ 活动名称.upper() }}",
    "{{ 活动名称|attr('x') }}",
    "{{ 活动名称|length }}",
    "{{ range(999999999) }}",
    "{{ cycler }}{{ cycler.__init__.__globals__ }}",
    "{{ 7 * 7 }}",
    "{{ 活动名称 ~ 主办 }}",
    "{{ 名单[0] }}",
    "{{ '字' }}",
    "{{ 活动名称 if 主办 else 主办 }}",
    "{% if 活动名称 %}是{% endif %}",
    "{% set x = 1 %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% macro m() %}{% endmacro %}",
    "{% raw %}{{ x }}{% endraw %}{% filter upper %}x{% endfilter %}",
    "{% for a in range(9) %}{% endfor %}",
    "{% for a in 名单 %}{% for b in 名单 %}{{ b.姓名 }}{% endfor %}{% endfor %}",
    "{% for a in 名单 recursive %}{% endfor %}",
    "{% for a in 名单 if a.姓名 %}{% endfor %}",
    "{% for a in 名单 %}{{ a.姓名.x }}{% endfor %}",
    "{% for a in 名单 %}{{ a['姓名'] }}{% endfor %}",
    "{% for a in 名单 %}{{ a.items() }}{% endfor %}",
    "{% for a in 名单 %}{{ a.__class__ }}{% endfor %}",
    "{% for a, b in 名单 %}{% endfor %}",
    "{% for a in 名单 %}{{ loop }}{% endfor %}{% call x() %}{% endcall %}",
    "{% vm %}",
    "{% hm %}",
    "{% colspan 活动名称 %}",
    "{% cellbg 活动名称 %}",
    "{{r 活动名称 }}",
    "{{p 活动名称 }}",
    "{{ 活动名称 ",
    "{% for a in 名单 %}",
    "{% endfor %}",
    "{{ }}",
    "{{ _x }}",
]


def refused(data):
    with pytest.raises(ActionError) as error:
        checking.check(data)
    assert error.value.field == "upload"
    return error.value.code


@pytest.mark.parametrize("text", CODE)
def test_whatever_is_no_placeholder_is_refused(text):
    assert refused(templates.with_text(text)) == "syntax"


def test_the_template_itself_is_accepted():
    assert checking.check(templates.default()).used >= {"活动名称", "名单", "名单.姓名", "名单.序号"}


@pytest.mark.parametrize("name", ["docProps/core.xml", "word/footnotes.xml", "word/comments.xml", "word/styles.xml"])
def test_a_placeholder_stands_only_where_it_is_filled_in(name):
    data = templates.changed(templates.default(), add={name: b"<a>{{ cycler }}</a>"})
    assert refused(data) == "syntax"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("word/vbaProject.bin", b"x", "active"),
        ("word/activeX/activeX1.bin", b"x", "active"),
        ("word/_rels/document2.xml.rels", EXTERNAL.encode(), "external"),
        ("word/_rels/document2.xml.rels", EXTERNAL.replace('"External', '"&#69;xternal').encode(), "external"),
        ("word/_rels/document2.xml.rels", EXTERNAL.encode("utf-16"), "broken"),
        ("word/header9.xml", b'<?xml version="1.0" encoding="utf-7"?><a/>', "broken"),
        ("word/header9.xml", b'<x:fldSimple x:dirty="1" x:instr = "INCLUDETEXT c:"/>', "active"),
        ("word/header9.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><a>&a;</a>', "broken"),
        ("word/header9.xml", b'<w:altChunk r:id="rId1"/>', "active"),
        ("word/header9.xml", b'<o><w:object w:dxaOrig="1"/></o>', "active"),
        ("word/header9.xml", b'<w:fldSimple w:instr=" DDEAUTO c:\\\\x"/>', "active"),
        ("../evil.xml", b"<a/>", "kind"),
        ("word/media/big.bin", b"0" * (21 * 1024 * 1024), "bomb"),
    ],
)
def test_a_part_that_does_something_is_refused(name, content, code):
    assert refused(templates.changed(templates.default(), add={name: content})) == code


def test_a_field_that_is_split_over_runs_is_refused():
    field = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DD</w:instrText></w:r>'
        '<w:r><w:instrText xml:space="preserve">E c:\\\\x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    data = templates.changed(templates.default(), edit=lambda xml: xml.replace("<w:body>", "<w:body>" + field, 1))
    assert refused(data) == "active"


def test_a_file_with_macros_by_its_type_is_refused():
    def edit(xml):
        return xml.replace("wordprocessingml.document.main", "ms-word.document.macroEnabled.main")

    assert refused(templates.changed(templates.default(), "[Content_Types].xml", edit=edit)) == "active"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 %%EOF", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0", b"text"])
def test_other_files_are_refused(data):
    assert refused(data) in {"empty", "kind", "broken"}


def test_too_many_placeholders_are_refused():
    assert refused(templates.with_text("{{ 主办 }}" * 1_001)) == "bomb"


def test_a_large_file_is_refused():
    assert refused(b"PK\x03\x04" + b"0" * checking.MOST_BYTES) == "too_large"


@pytest.mark.parametrize(
    "text",
    [
        "{" * 900_000,
        "<w:t>{{" * 900,
        "{%" * 900 + "x" * 900_000,
        "</w:t></w:r><w:r><w:t>{" * 40_000,
        "{{ a" + "(" * 900,
    ],
)
def test_no_text_keeps_the_check_busy(text):
    began = time.process_time()
    with pytest.raises(ActionError):
        checking.check(templates.with_text(text))
    assert time.process_time() - began < 5


def test_what_a_file_lacks_and_what_is_unknown_is_named():
    paper = extensions.paper("sign_in")
    found = checking.check(templates.with_text("{{ 活动名 }}"))
    assert found.unknown(paper) == ["活动名"]
    assert found.missing(paper) == ["名单.手机", "名单.报名序号", "名单.票号"]


def test_a_placeholder_that_word_split_is_found():
    text = '{{ 活动</w:t></w:r><w:proofErr w:type="spellEnd"/><w:r><w:t>名 }}'
    assert "活动名" in checking.check(templates.with_text(text)).used


def test_a_value_cannot_become_a_placeholder_or_markup():
    values = {**filling.examples(extensions.paper("sign_in")), "主办": "{{ 活动名称 }}<w:p/>&"}
    data = filling.word_file(templates.default(), values)
    text = templates.parts_of(data)[templates.DOCUMENT].decode()
    assert "{{ 活动名称 }}&lt;w:p/&gt;&amp;" in text


def test_the_sandbox_refuses_what_a_check_would_have_missed():
    """The file is rendered without filters, tests and globals, also when it is not checked."""
    for text in ("{{ cycler }}", "{{ 主办|upper }}", "{{ 主办.__class__.__mro__ }}", "{{ 没有 }}"):
        with pytest.raises(ActionError) as error:
            filling.word_file(templates.with_text(text), filling.examples(extensions.paper("sign_in")))
        assert error.value.code == "template"


@pytest.mark.parametrize("paper", [one.code for one in extensions.papers() if one.has_word])
def test_each_default_template_passes_its_own_check_and_is_filled(paper):
    declared = extensions.paper(paper)
    data = templates.default(paper)
    assert checking.check(data).unknown(declared) == []
    text = templates.parts_of(filling.word_file(data, filling.examples(declared)))[templates.DOCUMENT].decode()
    assert "{{" not in text
    assert "{%" not in text
