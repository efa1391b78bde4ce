"""What the portal refuses to hold on a person, by name (domain.md, "What the portal refuses to hold"; X01–X13).

A test walks every model with `refused_words`, an import asks `refused_headers`. Nothing overrides the list but the few
exceptions at the end, each with its reason.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import models

from chengyang.lib.chinese.folding import fold

REFUSED = re.compile(
    r"relig|宗教|信仰|思想|政治表现|研判|画像|风险|倾向|轨迹|longitude|latitude|人脸|\bface\b|指纹|家庭成员|社会关系|舆情|重点人员",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s_\-·.]+")

# (model, field) → why this is not about a person. Histories of a model share its exceptions.
EXCEPTIONS = {
    (
        "activities.Activity",
        "hazards",
    ): "the risks of an activity that its announcement must name (V13), never of a person",
}


def refused_words(text: Any) -> list[str]:
    """Return what in `text` (a name, a label, a header) is on the list; empty when nothing is."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(text))  # faceId is two words
    folded = fold(words)
    spaced = _SEPARATORS.sub(" ", folded)
    joined = _SEPARATORS.sub("", folded)  # 宗 教 is 宗教
    return sorted({found for form in (spaced, joined) for found in REFUSED.findall(form)})


def refused_headers(headers: Iterable[Any]) -> list[str]:
    """Return the column headers that an import must refuse, as they were typed, in their order."""
    return [str(header) for header in headers if header is not None and refused_words(header)]


def refused_fields() -> list[tuple[str, str, str]]:
    """Return (model, field, words) for every model, history included, whose name, label or choice is on the list."""
    return [
        (model._meta.label, name, ", ".join(words))
        for model in apps.get_models(include_auto_created=True)
        for name, texts in _texts(model)
        if (words := refused_words(" / ".join(texts))) and (_of(model), name) not in EXCEPTIONS
    ]


def _of(model: type[models.Model]) -> str:
    """Return the label of `model`, or of the model whose history it keeps."""
    tracked = getattr(model, "pgh_tracked_model", None)
    return (tracked or model)._meta.label


def _texts(model: type[models.Model]) -> Iterator[tuple[str, list[str]]]:
    """Yield the model itself (as an empty field name) and each field with all its words."""
    meta = model._meta
    yield "", [meta.object_name or "", str(meta.verbose_name), str(meta.verbose_name_plural)]
    for field in (*meta.local_fields, *meta.local_many_to_many):
        labels = [str(label) for _value, label in field.flatchoices]
        yield field.name, [field.name, str(field.verbose_name), str(field.help_text), *labels]
