"""The forms of a change of term: all candidates in one table, a file of the meeting, an answer on paper."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.platform.web.forms import Form, RadioBoxes

from ..models import Candidate, Post
from ..models.term_changes import MeetingPaper

NEW_ROWS = 10  # empty rows of the table; more are entered by saving once


class CandidatesForm(Form):
    """All candidates of a change of term: their votes and results, and rows for new nominations.

    `named` returns the persons with a name that may be nominated here: the members of the organization.
    """

    marks_optional = False

    def __init__(
        self, *args: Any, candidates: Sequence[Candidate], named: Callable[[str], Sequence[Any]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.candidates, self.named = list(candidates), named
        for row in self.candidates:
            about = {"name": row.person, "post": row.get_kind_display()}
            self._add(
                f"votes_{row.pk}",
                forms.IntegerField(
                    label=_("%(name)s，%(post)s：赞成票") % about,
                    required=False,
                    min_value=0,
                    max_value=100_000,
                    initial=row.votes,
                    widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input input--short"}),
                ),
            )
            self._add(
                f"elected_{row.pk}",
                forms.BooleanField(
                    label=_("%(name)s，%(post)s：当选") % about,
                    required=False,
                    initial=row.is_elected,
                    disabled=not row.has_agreed,
                ),
            )
        for number in range(1, NEW_ROWS + 1):
            self._add(
                f"name_{number}",
                forms.CharField(
                    label=_("第 %(n)d 行：姓名") % {"n": number},
                    required=False,
                    max_length=50,
                    widget=forms.TextInput(attrs={"list": "members", "autocomplete": "off", "class": "input"}),
                ),
            )
            self._add(
                f"kind_{number}",
                forms.ChoiceField(
                    label=_("第 %(n)d 行：职务") % {"n": number},
                    required=False,
                    choices=[("", _("请选择")), *Post.Kind.choices],
                    widget=forms.Select(attrs={"class": "input"}),
                ),
            )

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field

    @property
    def known(self) -> list[tuple[Candidate, Any, Any]]:
        """Return (candidate, votes, elected) of the rows of those who are nominated already."""
        return [(row, self[f"votes_{row.pk}"], self[f"elected_{row.pk}"]) for row in self.candidates]

    @property
    def empty(self) -> list[tuple[Any, Any]]:
        """Return (name, kind) of the rows for new nominations."""
        return [(self[f"name_{number}"], self[f"kind_{number}"]) for number in range(1, NEW_ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.nominations: list[tuple[str, Any, str]] = []
        for number in range(1, NEW_ROWS + 1):
            name, kind = (data.get(f"name_{number}") or "").strip(), data.get(f"kind_{number}") or ""
            if not name and not kind:
                continue
            found = self.named(name) if name else ()
            if not name:
                self.add_error(f"name_{number}", _("请写姓名，或去掉职务。"))
            elif not kind:
                self.add_error(f"kind_{number}", _("请选职务。"))
            elif len(found) == 1:
                self.nominations.append((str(number), found[0], kind))
            elif found:
                self.add_error(f"name_{number}", _("会员里有 %(n)d 位同名，请用“提名”单独选。") % {"n": len(found)})
            else:
                self.add_error(f"name_{number}", _("会员里没有这个姓名；不是会员的在册人士，请用“提名”单独选。"))
        return data

    def results(self) -> list[tuple[str, Candidate, dict[str, Any]]]:
        """Return (row, candidate, data) of those whose votes or result differ from what is stored."""
        found = []
        for row in self.candidates:
            votes = self.cleaned_data.get(f"votes_{row.pk}")
            data = {"votes": votes, "is_elected": bool(self.cleaned_data.get(f"elected_{row.pk}"))}
            if any(getattr(row, name) != value for name, value in data.items()):
                found.append((str(row.pk), row, data))
        return found


class MeetingPaperForm(Form):
    """A file of the meeting."""

    creates = True

    kind = forms.ChoiceField(label=_("是什么"), choices=MeetingPaper.choices, widget=RadioBoxes(size="small"))
    file = forms.FileField(label=_("文件"), help_text=_("PDF、Word、Excel 或照片；管这个组织的人能看，不公开"))


class ConsentForm(Form):
    """What a candidate answered on paper."""

    creates = True

    agrees = forms.TypedChoiceField(
        label=_("书面答复是"),
        choices=[("yes", _("同意任职")), ("no", _("不愿任职"))],
        coerce=lambda value: value == "yes",
        widget=RadioBoxes(size="small"),
    )
    file = forms.FileField(label=_("书面答复的照片或扫描件"))
