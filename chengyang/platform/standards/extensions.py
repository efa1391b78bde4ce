"""What standards registers for other rooms: the words for its audit verbs, and the door to the evidence."""

from django.utils.translation import gettext_lazy as _

from chengyang.platform.audit import verbs
from chengyang.platform.files.models import register_door

from .subjects import tables

verbs.register(
    {
        "assessment.recorded": _("填写评定"),
        "assessment.submitted": _("提交评定"),
        "assessment.returned": _("退回评定"),
        "standard.drafted": _("起草标准新版本"),
    }
)


def _door(table):
    """Who may see an assessment may open its evidence."""
    register_door(table._meta.label, lambda user: table.objects.visible_to(user).values("public_id"))


for _table in tables():
    _door(_table)
