"""Filters of the list of organizations, read from the query string, and the form that enters a member."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.staff.choices import limited
from chengyang.platform.web.forms import DateField, ModelForm, NameField, PhoneField
from members.models import Category, Person

from ..models import Kind, Membership, Organization, WorkField
from ..states import TAKES_MEMBERS

NAMES = ("level", "subdistrict", "category", "kind", "field")


class OrganizationFilter:
    """The filters `?level=`, `?subdistrict=`, `?category=`, `?kind=` and `?field=` (of work), each a code.

    `is_complete` is False when an unknown code was left out.
    """

    def __init__(self, query: QueryDict) -> None:
        self.values = {name: query.get(name, "") for name in NAMES}
        self.subdistricts = list(Subdistrict.objects.all())
        self.categories = list(Category.objects.all())
        self.kinds, self.fields = list(Kind.objects.all()), list(WorkField.objects.all())
        known = {
            "level": Organization.Level.values,
            "subdistrict": [area.code for area in self.subdistricts],
            "category": [category.code for category in self.categories],
            "kind": [row.code for row in self.kinds],
            "field": [row.code for row in self.fields],
        }
        read = {name: value if value in known[name] else "" for name, value in self.values.items()}
        self.is_complete = read == self.values
        self.values = read

    def apply(self, rows: QuerySet, *, leaving_out: str = "") -> QuerySet:
        """Return `rows` filtered by the chosen values, except by the filter `leaving_out`, to count its choices."""
        lookups = {
            "level": self.values["level"],
            "subdistrict__code": self.values["subdistrict"],
            "categories__code": self.values["category"],
            "kind__code": self.values["kind"],
            "work_fields__code": self.values["field"],
        }
        chosen = {name: value for name, value in lookups.items() if value}
        return rows.filter(**{name: value for name, value in chosen.items() if name.split("__")[0] != leaving_out})

    def levels(self, rows: QuerySet) -> list[tuple[str, str, int]]:
        """Return (code, label, number of `rows`) for each level."""
        counted = dict(self.apply(rows, leaving_out="level").order_by().values_list("level").annotate(n=Count("pk")))
        return [(code, label, counted.get(code, 0)) for code, label in Organization.Level.choices]

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels of the chosen subdistrict, category, kind and field of work, each empty if not chosen."""
        areas = {area.code: area.name for area in self.subdistricts}
        categories = {category.code: category.name for category in self.categories}
        return {
            "subdistrict": areas.get(self.values["subdistrict"], ""),
            "category": categories.get(self.values["category"], ""),
            "kind": {row.code: row.name for row in self.kinds}.get(self.values["kind"], ""),
            "field": {row.code: row.name for row in self.fields}.get(self.values["field"], ""),
        }


class NewMembershipForm(ModelForm):
    """Enters a member. Staff look the person up."""

    joined_on = DateField(label=_("入会日期"), required=False, help_text=_("不写就是今天"))

    class Meta:
        model = Membership
        fields = ("organization", "person", "joined_on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organization"].queryset = Organization.objects.in_state(*TAKES_MEMBERS)

    def _get_validation_exclusions(self) -> set[str]:
        return {field.name for field in Membership._meta.fields}  # the action checks the row


class NewMembershipByNumberForm(NewMembershipForm):
    """Enters a member whose name and number a secretary has; secretaries cannot look up others than their members."""

    name = NameField(label=_("姓名"))
    phone = PhoneField(label=_("手机号"), help_text=_("要和名册里的一致"))

    class Meta(NewMembershipForm.Meta):
        fields = ("organization", "joined_on")

    field_order = ("organization", "name", "phone", "joined_on")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("name") and data.get("phone"):
            data["person"] = Person.objects.known_as(data["name"], data["phone"])
            if data["person"] is None:
                text = _("名册里没有这个姓名和手机号的人，请核对，或请本人先入册。")
                raise ValidationError({"phone": text}, code="unknown")
        return data


def new_membership_form(user: Any) -> type[forms.BaseForm]:
    """Return the form with which `user` enters a member, limited to the organizations that they manage."""
    if not access_scope(user).staff:
        return limited(NewMembershipByNumberForm, user)
    person = forms.ModelChoiceField(
        Person.objects.of_staff(access_scope(user)),
        label=_("人士"),
        widget=AutocompleteSelect(Membership._meta.get_field("person"), admin.site),
    )
    return limited(type("NewMembershipForm", (NewMembershipForm,), {"person": person}), user)
