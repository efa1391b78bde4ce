"""Data on people that the portal must not store, found by name (domain.md, "What the portal refuses to hold"; X01–X13).

A test checks all models with `refused_fields`; an import checks its columns with `refused_headers`. `EXCEPTIONS` lists the
only fields that may match, each with its reason.
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

# (model label, field name) → why the field is not about a person. History models share the exceptions of their model.
EXCEPTIONS = {
    (
        "activities.Activity",
        "hazards",
    ): "the risks of an activity, which its announcement must name (V13); they are never about a person",
    ("bases.Base", "latitude"): "the coordinates of a building that is open to the public, for the link to a map",
    ("bases.Base", "longitude"): "the coordinates of a building that is open to the public, for the link to a map",
}


def refused_words(text: Any) -> list[str]:
    """Return the forbidden words in `text` (a name, a label, a header), sorted."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(text))  # faceId → face Id
    folded = fold(words)
    spaced = _SEPARATORS.sub(" ", folded)
    joined = _SEPARATORS.sub("", folded)  # 宗 教 → 宗教
    return sorted({found for form in (spaced, joined) for found in REFUSED.findall(form)})


def refused_headers(headers: Iterable[Any]) -> list[str]:
    """Return the column headers with forbidden words, unchanged and in their order; an import must refuse them."""
    return [str(header) for header in headers if header is not None and refused_words(header)]


def refused_fields() -> list[tuple[str, str, str]]:
    """Return (model label, field name, forbidden words) for each field with such words in its name, texts or choices.

    History models are included. The field name is empty when the words are in the name of the model itself.
    """
    return [
        (model._meta.label, name, ", ".join(words))
        for model in apps.get_models(include_auto_created=True)
        for name, texts in _texts(model)
        if (words := refused_words(" / ".join(texts))) and (_of(model), name) not in EXCEPTIONS
    ]


def _of(model: type[models.Model]) -> str:
    """Return the label of `model`, or for a history model that of the model which it tracks."""
    tracked = getattr(model, "pgh_tracked_model", None)
    return (tracked or model)._meta.label


def _texts(model: type[models.Model]) -> Iterator[tuple[str, list[str]]]:
    """Yield (field name, texts) for each field; first, with an empty field name, the names of the model itself."""
    meta = model._meta
    yield "", [meta.object_name or "", str(meta.verbose_name), str(meta.verbose_name_plural)]
    for field in (*meta.local_fields, *meta.local_many_to_many):
        labels = [str(label) for _value, label in field.flatchoices]
        yield field.name, [field.name, str(field.verbose_name), str(field.help_text), *labels]
