"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import JobKind, extend
from chengyang.platform.web import content

from . import steps
from .models import PaperTemplate


def _templates(user):
    return PaperTemplate.objects.visible_to(user).values("public_id")


VERBS = {
    "paper.printed": _("打印"),
    "paper.exported": _("填写 Word 打印件"),
    "paper_template.uploaded": _("上传 Word 模板"),
    "paper_template.in_force": _("启用 Word 模板"),
    "paper_template.retired": _("停用 Word 模板"),
}

extend(
    "papers",
    job_kinds=[JobKind("paper-file", _("填写 Word 打印件"), steps.step, unit=_("份"))],
    file_access={"papers.PaperTemplate": _templates},
    content={
        **dict.fromkeys(("paper.printed", "paper.exported"), content.nothing),
        **dict.fromkeys([verb for verb in VERBS if verb.startswith("paper_template.")], content.unpublished),
    },
    audit_verbs=VERBS,
)
