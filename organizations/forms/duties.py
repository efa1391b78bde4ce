"""The forms of the rotating chair: a plan, a swap, a substitute, somebody for vacant days, and the lines of a sheet."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.lib.chinese import dates
from chengyang.platform.web.forms import CheckBoxes, DateField, Form

from .. import roster
from ..models import Duty
from ..models.duties import LINES_LENGTH

ONE_DAY = dt.timedelta(days=1)


def _share_choices(rows: Iterable[Duty], *, with_person: bool) -> list[tuple[str, str]]:
    """Return the shares as choices: their days, and whose they are."""
    return [
        (row.public_id, f"{roster.name_of(row.starts, row.ends)} {row.person}" if with_person else _days(row))
        for row in rows
    ]


def _days(row: Duty) -> str:
    return f"{roster.name_of(row.starts, row.ends)} {row.organization}"


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=REASON_LENGTH)


class SwapForm(Form):
    """Two shares that are exchanged; `own` are those that can be given, `others` those that can be had for them."""

    creates = True

    given = forms.ChoiceField(label=_("换出"))
    taken = forms.ChoiceField(label=_("换入"))
    reason = _reason(_("为什么换"))

    def __init__(self, *args: Any, own: Sequence[Duty], others: Sequence[Duty], is_own: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = {row.public_id: row for row in (*own, *others)}
        self.fields["given"].choices = [("", _("请选择")), *_share_choices(own, with_person=not is_own)]
        self.fields["taken"].choices = [("", _("请选择")), *_share_choices(others, with_person=True)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {**data, **{name: self.rows.get(data.get(name, "")) for name in ("given", "taken")}}


class SubstituteForm(Form):
    """Days of a share on which somebody else chairs; `shares` are those that may be chosen, `people` who may be asked."""

    creates = True

    starts = DateField(label=_("从哪天"))
    last = DateField(label=_("到哪天"))
    person = forms.ChoiceField(label=_("请谁代"))
    reason = _reason(_("事由"))

    def __init__(self, *args: Any, shares: Sequence[Duty], people: Sequence[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.shares, self.people = shares, {str(person.public_id): person for person in people}
        choices = [(public_id, str(person)) for public_id, person in self.people.items()]
        self.fields["person"].choices = [("", _("请选择")), *choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, last = data.get("starts"), data.get("last")
        if starts is None or last is None:
            return data
        if last < starts:
            raise ValidationError({"last": _("最后一天不能早于第一天。")})
        share = next((row for row in self.shares if row.starts <= starts < row.ends), None)
        if share is None:
            raise ValidationError({"starts": _("这一天不在可以请人代班的轮值里。")})
        return {
            **data,
            "share": share,
            "ends": last + ONE_DAY,
            "person": self.people.get(data.get("person", "")),
        }


class FillForm(Form):
    """Who gets vacant days."""

    person = forms.ChoiceField(label=_("请谁补上"))

    def __init__(self, *args: Any, people: Sequence[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {str(person.public_id): person for person in people}
        choices = [(public_id, str(person)) for public_id, person in self.people.items()]
        self.fields["person"].choices = [("", _("请选择")), *choices]

    def clean_person(self) -> Any:
        return self.people[self.cleaned_data["person"]]


class SheetForm(Form):
    """What is handed over beside the records."""

    lines = forms.CharField(
        label=_("另外要交代的"),
        required=False,
        max_length=LINES_LENGTH,
        help_text=_("写给接班的人看，一行一件；不写个人的私事"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class PlanForm(Form):
    """What a plan is proposed for: from which month, how many months, who takes part, and who is away when."""

    marks_optional = False

    first = forms.ChoiceField(label=_("从哪个月起"))
    months = forms.IntegerField(label=_("排几个月"), min_value=1, max_value=roster.MOST_MONTHS)
    people = forms.MultipleChoiceField(label=_("谁轮值"), widget=CheckBoxes())
    away = forms.MultipleChoiceField(label=_("哪些月份不排"), required=False, widget=CheckBoxes())

    def __init__(self, *args: Any, term: Any, people: Sequence[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = people
        months = [starts for starts, _ends in roster.periods(term, term.starts, roster.MOST_MONTHS)]
        self.months = [month.replace(day=1) for month in months]
        self.fields["first"].choices = [(f"{month:%Y-%m}", dates.month_text(month)) for month in self.months]
        self.fields["people"].choices = [(str(person.pk), str(person)) for person in people]
        self.fields["away"].choices = [
            (f"{person.pk}:{month:%Y-%m}", dates.month_text(month)) for person in people for month in self.months
        ]

    def wanted(self) -> roster.PlanRequest:
        """Return what is asked for, with the people in the order of their posts."""
        data = self.cleaned_data
        chosen = set(data["people"])
        away = (one.split(":") for one in data["away"])
        return roster.PlanRequest(
            dates.parse_month(data["first"]),
            data["months"],
            tuple(person.pk for person in self.people if str(person.pk) in chosen),
            frozenset((int(key), dates.parse_month(month)) for key, month in away),
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Return what was asked for as hidden fields: (name, value)."""
        names = ("first", "months", "people", "away")
        found = ((name, self[name].value()) for name in names)
        return [
            (name, str(one)) for name, value in found for one in (value if isinstance(value, list) else [value]) if one
        ]
