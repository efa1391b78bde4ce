import datetime as dt
import re

import pytest
from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from hypothesis import given
from hypothesis import strategies as st

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.web.forms import (
    CodeField,
    DateField,
    DateTimeField,
    Form,
    IdentifierField,
    NameField,
    PartialDateField,
    PhoneField,
    RadioBoxes,
)
from chengyang.platform.web.validators import BIDI_CONTROLS

from .site import SampleForm

GOOD = {"name": "周予安", "kind": "new_media", "agree": "on"}


class Text(Form):
    line = forms.CharField(label="一行")
    text = forms.CharField(label="几行", required=False, widget=forms.Textarea)


def errors_of(field, value):
    class One(Form):
        it = field

    return [str(error) for error in One({"it": value}).errors.get("it", [])]


def value_of(field, value):
    class One(Form):
        it = field

    form = One({"it": value})
    assert form.is_valid(), form.errors
    return form.cleaned_data["it"]


# ---- characters and limits ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("bad", ["\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\ud800", "\u202e", "\u2066"])
def test_control_characters_are_refused_with_one_message(bad):
    assert errors_of(forms.CharField(), f"甲{bad}乙") == ["这里有看不见的控制字符，请删掉后重新输入，不要直接粘贴。"]


@pytest.mark.parametrize("good", ["王㻛", "艾合买提·买买提", "👨‍👩‍👧 一家", "مرحبا", "a\tb", "Ⅷ、１２", "ก็"])
def test_every_script_is_accepted(good):
    assert value_of(forms.CharField(), good) == good


def test_text_is_trimmed_and_keeps_its_lines():
    assert value_of(forms.CharField(widget=forms.Textarea), "  第一行\r\n第二行 ") == "第一行\n第二行"


@pytest.mark.parametrize(("name", "limit"), [("line", 200), ("text", 5000)])
def test_text_without_a_limit_gets_one(name, limit):
    form = Text({"line": "甲", name: "长" * (limit + 1)})
    assert form.errors[name] == [f"最多 {limit} 个字，现在有 {limit + 1} 个，请删短一些。"]
    assert f'maxlength="{limit}"' in str(form[name])


def test_a_line_break_counts_as_one_character_as_in_the_browser():
    field = forms.CharField(max_length=2000, widget=forms.Textarea)
    typed = "\r\n".join(["一" * 99] * 19 + ["一" * 100])  # as a browser sends it
    assert len(value_of(field, typed)) == 2000
    assert errors_of(field, typed + "一") == ["最多 2000 个字，现在有 2001 个，请删短一些。"]


NUMBERS = ("\u202d154 9988 7766\u202c", "\u202a+86 154 9988 7766\u202c", "\u2068154 9988 7766\u2069")


AROUND = "".join(sorted(BIDI_CONTROLS - {"\u202e"})) + " "


class PhoneForm(Form):
    it = PhoneField()


@pytest.mark.parametrize("pasted", NUMBERS)
def test_a_number_from_an_address_book_is_read_without_its_direction_marks(pasted):
    assert value_of(PhoneField(), pasted) == "+8615499887766"


@pytest.mark.parametrize("typed", ["015499887766", "+86 015499887766"])
def test_a_mobile_number_with_a_trunk_zero_is_no_fixed_line(typed):
    assert value_of(PhoneField(), typed) == "+8615499887766"
    assert "固定电话" in errors_of(PhoneField(), "0532 8765 4321")[0]


@pytest.mark.parametrize(
    ("field", "value"), [(CodeField(), "123456"), (NameField(), "周予安"), (IdentifierField(), "SQ20261123-001")]
)
def test_other_identifiers_are_read_without_direction_marks(field, value):
    assert value_of(field, f"\u202d{value}\u202c") == value


@given(before=st.text(AROUND, max_size=4), after=st.text(AROUND, max_size=4))
def test_direction_marks_around_a_number_never_change_it(before, after):
    assert value_of(PhoneField(), f"{before}+86 154 9988 7766{after}") == "+8615499887766"


@given(text=st.text(st.characters(exclude_categories=())) | st.text(f"{AROUND}\u202e+0123456789-１８６()", max_size=24))
def test_any_text_is_a_number_or_has_one_error(text):
    form = PhoneForm({"it": text})
    stored = form.is_valid() and form.cleaned_data["it"]
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", stored) if stored else len(form.errors["it"]) == 1


def test_an_own_limit_is_not_replaced():
    assert errors_of(forms.CharField(max_length=5), "六个字六个字") == ["最多 5 个字，现在有 6 个，请删短一些。"]


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (forms.CharField(), "请填写这一项。"),
        (forms.ChoiceField(choices=[("a", "甲")]), "请选一项。"),
        (forms.BooleanField(), "请勾选这一项。"),
        (forms.CharField(error_messages={"required": "请写理由。"}), "请写理由。"),
    ],
)
def test_the_error_of_an_empty_field_says_what_to_do(field, sentence):
    assert errors_of(field, "") == [sentence]


def test_mail_address_error_is_in_chinese():
    assert errors_of(forms.EmailField(), "甲") == ["邮箱应像 name@example.com 这样，请检查。"]


@pytest.mark.parametrize("number", ["9" * 40, "1e9999", "٣", "NaN", "1\0"])
def test_odd_numbers_cause_no_exception(number):
    assert errors_of(forms.IntegerField(max_value=100), number) or number == "٣"


# ---- phones, codes, dates -------------------------------------------------------------------------------------------
def test_phone_field_returns_the_number_as_it_is_stored():
    assert value_of(SampleForm.base_fields["phone"], "１５４ 0000-1234") == "+8615400001234"


@pytest.mark.parametrize("typed", ["123", "0532-87868000", "一二三", "154\x000001234"])
def test_a_wrong_phone_has_one_message(typed):
    assert len(errors_of(SampleForm.base_fields["phone"], typed)) == 1


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "１２３４５６"])
def test_a_code_is_accepted_in_common_notations(typed):
    assert value_of(CodeField(), typed) == "123456"


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "²³¹456x"])
def test_the_error_of_a_wrong_code_describes_a_code(typed):
    assert errors_of(CodeField(), typed) == ["验证码是短信里的 6 位数字。"]


@pytest.mark.parametrize(
    "typed", ["2026-11-23", "2026/11/23", "2026.11.23", "2026年11月23日", "20261123", "２０２６－１１－２３"]
)
def test_a_day_is_accepted_in_common_notations(typed):
    assert value_of(DateField(), typed) == dt.date(2026, 11, 23)


@pytest.mark.parametrize("typed", ["2026-13-01", "9999-99-99", "2026-02-30", "2026-11", "0001-01-01", "明天", "\0"])
def test_a_wrong_day_has_one_message_in_chinese(typed):
    (sentence,) = errors_of(DateField(), typed)
    assert sentence.endswith("。")


@pytest.mark.parametrize(
    "typed", ["2026-11-23T14:00", "2026-11-23 14:00", "2026年11月23日 14：00", "2026/11/23 14:00:00"]
)
def test_a_datetime_is_accepted_in_common_notations(typed):
    assert value_of(DateTimeField(), typed) == clock.at(dt.date(2026, 11, 23), dt.time(14))


@pytest.mark.parametrize("typed", ["2026-11-23", "2026-11-23T25:00", "2026-11-23T10:99", "T10:00", "9" * 90])
def test_a_wrong_datetime_has_one_message_in_chinese(typed):
    (sentence,) = errors_of(DateTimeField(), typed)
    assert sentence.endswith("。")


def test_a_partial_date_keeps_its_precision():
    assert value_of(PartialDateField(), "2019年6月") == ("2019-06", dt.date(2019, 6, 1))


def test_empty_partial_date_is_none():
    assert value_of(PartialDateField(required=False), "") is None


def test_wrong_day_is_shown_again_as_it_was_typed():
    html = str(SampleForm({"birthday": "明天"})["birthday"])
    assert 'type="text"' in html
    assert 'value="明天"' in html


def test_a_right_day_is_shown_in_the_date_picker():
    assert 'type="date"' in str(SampleForm({"birthday": "2026-11-23"})["birthday"])


# ---- errors of actions ----------------------------------------------------------------------------------------------
def test_an_action_error_is_at_its_field_and_typed_values_are_kept():
    form = SampleForm(GOOD)
    assert form.is_valid()
    form.refuse(ActionError("姓名已登记。", "taken", field="name"))
    assert form.errors["name"] == ["姓名已登记。"]
    assert 'value="周予安"' in str(form["name"])


@pytest.mark.parametrize("field", [None, "nowhere"])
def test_an_action_error_without_a_field_is_above_the_form(field):
    form = SampleForm(GOOD)
    form.refuse(ActionError("报名已截止。", "closed", field=field))
    assert form.sentences() == ["报名已截止。"]


@pytest.mark.urls("tests.web.site")
@pytest.mark.django_db
def test_a_refused_form_responds_409_with_all_typed_values(client):
    answer = client.post("/sample/", {**GOOD, "phone": "15400001234", "about": "爱写字"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert all(text in html for text in ("这个手机号已经登记。", "15400001234", "爱写字", "周予安"))


# ---- rendering ------------------------------------------------------------------------------------------------------
def test_a_control_refers_to_its_hint_and_its_error():
    html = SampleForm({"name": ""})["name"].as_field_group()
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_wrong_control_is_marked_invalid():
    assert 'aria-invalid="true"' in str(SampleForm({"name": ""})["name"])


def test_right_control_is_not_marked_invalid():
    assert "aria-invalid" not in str(SampleForm(GOOD)["name"])


def test_an_optional_field_is_marked():
    form = SampleForm()
    assert "（选填）" in form["phone"].as_field_group()
    assert "（选填）" not in form["name"].as_field_group()


def test_the_summary_counts_and_links_each_error():
    html = str(SampleForm({"name": "", "kind": ""}))
    assert "还有 3 处要改：" in html
    assert all(f'href="#{id_}"' in html for id_ in ("id_name", "id_kind_0", "id_agree"))


def test_the_links_of_the_summary_lead_to_controls():
    form = SampleForm({"name": "", "kind": ""})
    html = str(form)
    assert all(f'id="{id_}"' in html for id_, _label in form.problems())


def test_new_form_has_no_summary():
    assert "problems" not in str(SampleForm())


def test_boxes_have_their_labels_and_hints():
    html = str(SampleForm()["kind"])
    assert '<label for="id_kind_1">新媒体从业人员<span class="field__hint">运营、主播</span></label>' in html
    assert "choices--one" in html


def test_chosen_boxes_stay_checked():
    assert str(SampleForm({"skills": ["law", "art"]})["skills"]).count("checked") == 2


def test_label_of_a_choice_is_escaped():
    field = forms.ChoiceField(choices=[("a", "<b>甲</b>")], widget=RadioBoxes(hints={"a": "<i>"}))

    class One(Form):
        it = field

    assert "<b>" not in str(One()["it"])
    assert "<i>" not in str(One()["it"])


@pytest.mark.parametrize(("required", "words"), [(True, "请选择"), (False, "不选")])
def test_the_empty_choice_has_a_label(required, words):
    class One(Form):
        it = forms.ChoiceField(choices=[("", "---------"), ("a", "甲")], required=required)

    assert [label for _value, label in One().fields["it"].choices] == [words, "甲"]


@pytest.mark.parametrize(("typed", "wrong"), [("采摘帮扶，农产品", False), ("采摘,帮\x07扶", True), ("长" * 300, True)])
def test_a_list_in_one_line_is_validated_item_by_item(typed, wrong):
    class One(Form):
        it = SimpleArrayField(forms.CharField(max_length=200))

    assert bool(One({"it": typed}).errors) is wrong
