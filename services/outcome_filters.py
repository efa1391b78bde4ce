"""The filters of the list of outcomes on the staff site."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from chengyang.platform.staff.filters import offered

from . import ledger
from .models import ORGANIZERS, Outcome, OutcomeDouble, OutcomeKind
from .states import DoubleState


class OfKind(admin.SimpleListFilter):
    """A filter by the kind, those that are no longer offered among them."""

    title, parameter_name = _("类型"), "kind"

    def lookups(self, request, model_admin):
        return [(kind.code, kind.name) for kind in OutcomeKind.objects.all()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


class OfOrganizer(admin.SimpleListFilter):
    """A filter by who has it among theirs: reported it, took part, or reported the same thing."""

    title, parameter_name = _("单位"), "of"

    def lookups(self, request, model_admin):
        models = {name: Outcome._meta.get_field(name).related_model for name in ORGANIZERS}
        return [(f"{name}:{pk}", text) for name, model in models.items() for pk, text in offered(model, request.user)]

    def queryset(self, request, queryset):
        name, _colon, key = (self.value() or "").partition(":")
        if name not in ORGANIZERS or not key.isdecimal() or len(key) > 18:
            return queryset
        model = Outcome._meta.get_field(name).related_model
        subject = model.objects.visible_to(request.user).filter(pk=int(key)).first()
        return queryset.of(subject) if subject else queryset.none()


class InYear(admin.SimpleListFilter):
    """A filter by the calendar year in which it happened."""

    title, parameter_name = _("年份"), "year"

    def lookups(self, request, model_admin):
        return [(str(year), _("%(year)d 年") % {"year": year}) for year in ledger.years(Outcome.objects.all())]

    def queryset(self, request, queryset):
        value = self.value() or ""
        is_year = value.isdecimal() and len(value) == 4 and value >= "1900"
        return ledger.in_year(queryset, int(value)) if is_year else queryset


class Counting(admin.SimpleListFilter):
    """A filter by whether a row is added up, and why not."""

    title, parameter_name = _("计入"), "counting"

    def lookups(self, request, model_admin):
        return [
            ("counted", _("计入合计的")),
            ("merged", _("并入另一条的")),
            ("suspected", _("可能重复的")),
            ("corrections", _("更正")),
        ]

    def queryset(self, request, queryset):
        pairs = OutcomeDouble.objects.visible_to(request.user)
        waiting = pairs.filter(state=DoubleState.SUSPECTED)
        chosen = {
            "counted": lambda: queryset.counted(),
            "merged": lambda: queryset.filter(Exists(pairs.filter(state=DoubleState.LINKED, merged=OuterRef("pk")))),
            "suspected": lambda: queryset.filter(
                Exists(waiting.filter(first=OuterRef("pk"))) | Exists(waiting.filter(second=OuterRef("pk")))
            ),
            "corrections": lambda: queryset.filter(reverses__isnull=False) | queryset.filter(replaces__isnull=False),
        }
        return chosen.get(self.value(), lambda: queryset)()
