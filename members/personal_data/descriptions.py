"""How the rows of a table are shown on 我的数据: as apps declare in the slot `own_data`, else by the labels of the model."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengyang import extensions
from chengyang.extensions import TableDescription

COMMON = {"public_id": _("编号"), "at": _("时间")}


def description(model: type[models.Model]) -> TableDescription:
    """Return the declared description of `model`, or an empty one."""
    return extensions.table_descriptions().get(model._meta.label, TableDescription(model._meta.label))


def title(model: type[models.Model]) -> str:
    """Return the heading for the rows of `model`."""
    return str(description(model).title or model._meta.verbose_name_plural)


def label(model: type[models.Model], name: str) -> str:
    """Return the label of the field `name`; a name that is not a field is returned as it is."""
    own = description(model).labels.get(name) or COMMON.get(name)
    if own:
        return str(own)
    known = {column.name: column for column in model._meta.concrete_fields}
    return str(known[name].verbose_name) if name in known else name


def findings_text(assessment: Any) -> str:
    """Return the findings of an assessment in one line."""
    return assessment.findings_words(assessment.findings)
