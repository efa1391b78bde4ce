"""Forms of joining and of registration details; staff fill in the same details."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese.names import is_name_like
from chengyang.platform.accounts.forms import CodeForm, PhoneForm
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.privacy.models import Purpose
from chengyang.platform.web.forms import CheckBoxes, Form, ModelForm, NameField, PhoneField, RadioBoxes

from .models import Category, Person, Skill, Wish

CONSENT = _("我已满 18 周岁，看过上面的说明，同意为办理入册处理这些信息")
CONSENT_MISSING = _("要入册，请先看说明，再勾选这一项。不勾选，我们什么都不会保存。")


def consent_field() -> forms.BooleanField:
    """Return the consent box, which is required before anything is stored and never pre-ticked (requirements P01, P05, P22)."""
    return forms.BooleanField(label=CONSENT, required=True, error_messages={"required": CONSENT_MISSING})


# ---- step 1 ----------------------------------------------------------------------------------------------------------
class ConsentForm(Form):
    """Step 1 for a user who is signed in already: consent only."""

    consent = consent_field()


class ConfirmForm(Form):
    """Consent to a record that staff made; it is stored already, so the message differs."""

    consent = consent_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        message = _("要入册，请先看说明，再勾选这一项。不想入册，选下面的“不是我，或不同意，删掉”。")
        self.fields["consent"].error_messages["required"] = message


class JoinPhoneForm(PhoneForm):
    """Step 1: phone number, and consent before a code is sent to it."""

    consent = consent_field()


class JoinCodeForm(CodeForm):
    """Step 1: the verification code."""


# ---- step 2 ----------------------------------------------------------------------------------------------------------
class CategoryField(forms.ModelChoiceField):
    """新阶层四类: choice of a category, submitted by code."""

    def __init__(self, **options: Any) -> None:
        options = {"label": _("你属于哪一类"), "help_text": _("拿不准就选最接近的，审核时可以改"), **options}
        super().__init__(
            queryset=Category.objects.all(),
            to_field_name="code",
            empty_label=None,
            widget=RadioBoxes(size="one"),
            **options,
        )


class SubdistrictField(forms.ModelChoiceField):
    """街道: choice of a subdistrict, submitted by code and shown by its short name."""

    def __init__(self, **options: Any) -> None:
        options = {"label": _("工作所在街道"), **options}
        super().__init__(
            queryset=Subdistrict.objects.all(),
            to_field_name="code",
            empty_label=None,
            widget=RadioBoxes(size="small"),
            **options,
        )

    def label_from_instance(self, obj: Subdistrict) -> str:
        return obj.short_name


# There are no proposals yet (domain.md rule 10), so nobody is asked whether they want to make one.
WISHES = [choice for choice in Wish.choices if choice[0] != Wish.PROPOSE]


class DetailsFields(Form):
    """Fields of the registration details, for the person and for officers."""

    name = NameField(help_text=_("和身份证一致；少数民族姓名里的间隔号照写"))
    category = CategoryField()
    unit = forms.CharField(
        label=_("工作单位"),
        max_length=100,
        help_text=_("写营业执照上的全称；自由职业写“自由职业”"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    job = forms.CharField(
        label=_("做什么工作"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    subdistrict = SubdistrictField()
    can = forms.MultipleChoiceField(
        label=_("你能帮上什么"), choices=Skill.choices, required=False, widget=CheckBoxes(size="small")
    )
    want = forms.MultipleChoiceField(
        label=_("你希望得到什么"), choices=WISHES, required=False, widget=CheckBoxes(size="small")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        categories = self.fields["category"]
        categories.widget.hints = {category.code: category.hint for category in categories.queryset if category.hint}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if name and not is_name_like(name):
            raise ValidationError(_("姓名里只能有文字和间隔号“·”，请照身份证写。"), code="not_a_name")
        return _one_line(name)

    def clean_unit(self) -> str:
        unit = " ".join(self.cleaned_data["unit"].split())
        if unit.startswith("某"):
            raise ValidationError(
                _("“%(unit)s”不是全称，请照营业执照写全，例如“青岛××文化传媒有限公司”。"),
                code="not_in_full",
                params={"unit": unit},
            )
        return _one_line(unit)

    def clean_job(self) -> str:
        return _one_line(self.cleaned_data["job"])


def _one_line(text):
    """Return `text`; ValidationError if it has no letter or digit, or mostly combining marks, which make lists unreadable."""
    if text and not any(character.isalnum() for character in text):
        raise ValidationError(_("请用文字写，只有符号看不懂。"), code="no_words")
    if sum(unicodedata.combining(character) > 0 for character in text) > len(text) // 2:
        raise ValidationError(_("请用普通的文字写。"), code="no_words")
    return text


class DetailsForm(DetailsFields):
    """Step 2 of joining."""


class OwnDetailsForm(DetailsFields):
    """The correction of one's own registration details; a name or a category is checked by staff, with a reason."""

    reason = forms.CharField(
        label=_("改姓名或类别：为什么改"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("只改别的几项，不用写。街道 5 个工作日内核对，核对以前各处照原来的写"),
    )
    file = forms.FileField(
        label=_("能看出来的材料"), required=False, help_text=_("有就附一份，照片或 PDF；只给核对的人看")
    )

    def details(self) -> dict[str, Any]:
        """Return the registration details, without reason and file."""
        return {name: self.cleaned_data[name] for name in Person.EDITABLE_FIELDS}


class DraftForm(DetailsFields):
    """Step 2 while it is being typed: no field is required, and valid fields can be saved although others are not."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.required = False

    def valid_data(self) -> dict[str, Any]:
        """Return the values of the valid fields, empty ones included; invalid fields are left out."""
        self.full_clean()
        return {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}


class ObjectionForm(Form):
    """Why an applicant does not agree that the application was declined."""

    creates = True

    objection = forms.CharField(
        label=_("为什么不同意"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 4})
    )


# ---- step 3 ----------------------------------------------------------------------------------------------------------
class PurposesForm(Form):
    """Consent to optional purposes: one box for each, none pre-ticked (requirements P03, P05)."""

    def __init__(self, *args: Any, purposes: list[Purpose], **options: Any) -> None:
        super().__init__(*args, **options)
        self.codes = [purpose.code for purpose in purposes]
        for purpose in purposes:
            self.fields[purpose.code] = forms.BooleanField(
                label=_("同意“%(name)s”") % {"name": purpose.name}, help_text=purpose.text, required=False
            )
            self.fields[purpose.code].template_name = "web/forms/check.html"

    def ticked(self) -> list[str]:
        """Return the codes of the ticked purposes."""
        return [code for code in self.codes if self.cleaned_data.get(code)]


# ---- staff site ------------------------------------------------------------------------------------------------------
class PersonForm(ModelForm, DetailsFields):
    """Registration details of a person, filled in by an officer; the admin calls an action to save them."""

    class Meta:
        model = Person
        fields = Person.EDITABLE_FIELDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in Person.EDITABLE_FIELDS:
            self.fields[name].label = Person.label_of(name)


class NewPersonForm(PersonForm):
    """A new record, made at a person's request; the person confirms it with the phone number."""

    field_order = ("phone", *Person.EDITABLE_FIELDS)

    phone = PhoneField(help_text=_("会发一条短信请本人确认；30 天没有确认，这份登记自动删除。"))


class RecordForm(PersonForm):
    """The correction of a record that waits for its person; the number that is stored is not shown (requirements P26)."""

    field_order = ("phone", *Person.EDITABLE_FIELDS)

    phone = PhoneField(
        label=_("改手机号"), required=False, help_text=_("号码没错就留空；填了新号码，立即发短信请本人确认。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["phone"] = ""  # the admin puts the stored number there
