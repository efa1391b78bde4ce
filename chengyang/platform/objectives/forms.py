"""The forms of objectives: drafting a plan, an objective, a figure, a revision."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from chengyang.platform.web.form_fields import DateField
from chengyang.platform.web.forms import Form, ModelForm

from . import owners
from .models import Figure, Objective, Plan, Revision
from .models.figures import NOTE_LENGTH
from .models.plans import TARGET


class PlanForm(ModelForm):
    """Of which owner and year a plan is begun, or which one is copied to its next year."""

    percent = forms.IntegerField(
        label=_("目标增减几成几"),
        required=False,
        initial=0,
        help_text=_("只在抄上一年时用：10 是都加一成，-10 是都减一成；抄好以后每一项还可以改"),
    )

    class Meta:
        model = Plan
        fields = ("copied_from", "percent", *owners.KINDS, "year")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "year" in self.fields:  # not on a page that only shows the plan
            self.fields["year"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = [kind for kind in owners.KINDS if data.get(kind)]
        if not data.get("copied_from"):
            if len(chosen) > 1:
                self.add_error(chosen[1], _("一份年度目标只属于一个组织、基地、服务队或街道，请只选一个。"))
            if not data.get("year"):
                self.add_error("year", _("请写是哪一年的。"))
        return data

    def _post_clean(self) -> None:
        """Leave the constraints to the action: a plan that exists is opened, and not refused."""

    def owner(self) -> Any:
        """Return the chosen owner, None for the district."""
        return next((row for kind in owners.KINDS if (row := self.cleaned_data.get(kind))), None)


def objective_form(plan: Plan | None, *, is_published: bool = False) -> type[ModelForm]:
    """Return the form of an objective of `plan`; one that is added to a published plan asks for the reason."""
    metrics = owners.metrics_for(plan.kind) if plan else []
    choices = [("", _("不从记录里数，由我们填数"))]
    choices += [(one.code, f"{one.label}（{one.unit}）") for one in metrics]

    class ObjectiveForm(ModelForm):
        metric = forms.ChoiceField(
            label=_("按哪个数"),
            required=False,
            choices=choices,
            help_text=_("选了以后从记录里数，不用填报；单位跟着这个数走"),
        )
        unit = forms.CharField(label=_("单位"), required=False, max_length=10, help_text=_("如：场、人次、篇"))
        starts = DateField(
            label=_("从哪天算"), required=False, help_text=_("不写，从 1月1日 算；年中成立的从成立那天算")
        )
        if is_published:
            reason = forms.CharField(label=_("为什么年中加"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

        class Meta:
            model = Objective
            fields = Objective.EDITABLE_FIELDS

        def _post_clean(self) -> None:
            """Leave the validation to the action, which completes the unit and the start."""

    return ObjectiveForm


class FigureForm(ModelForm):
    """A figure of an objective, with what shows it."""

    creates = True

    amount = forms.DecimalField(
        label=_("做了多少"),
        help_text=_("按目标的单位写；这一段没有做，写 0"),
        validators=[MinValueValidator(0), MaxValueValidator(10**11)],
        **TARGET,
    )
    on = DateField(label=_("哪天"))
    note = forms.CharField(
        label=_("是什么"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写事，不写个人的姓名；核对的人按这句话看"),
    )
    file = forms.FileField(
        label=_("材料"), required=False, help_text=_("照片、记录或 PDF；只给本单位和核对的人看，不公开")
    )

    class Meta:
        model = Figure
        fields = ("objective", "amount", "on", "note", "link")

    def _post_clean(self) -> None:
        """Leave the validation to the action."""

    def figure(self) -> dict[str, Any]:
        """Return the arguments of `actions.enter_figure` beside the objective."""
        data = dict(self.cleaned_data)
        data.pop("objective", None)
        evidence = data.pop("file")
        return {**data, "evidence": evidence}


class OwnFigureForm(FigureForm):
    """A figure of the objective whose page one came from."""

    class Meta(FigureForm.Meta):
        fields = ("amount", "on", "note", "link")


class RevisionForm(ModelForm):
    """Another target of an objective, or none: then it is dropped."""

    creates = True

    target = forms.DecimalField(label=_("改成"), required=False, help_text=_("不写，就是这一项不再做"), **TARGET)
    reason = forms.CharField(label=_("为什么"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    class Meta:
        model = Revision
        fields = ("objective", "target", "reason")

    def _post_clean(self) -> None:
        """Leave the validation to the action."""


class YearForm(Form):
    """Which year and subdistrict the public page shows."""

    year = forms.IntegerField(required=False)
    subdistrict = forms.CharField(required=False, max_length=12)
