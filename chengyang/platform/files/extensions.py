"""Extensions of the app `files`; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import PeriodicTask, TableDescription, extend
from chengyang.platform.web import content

extend(
    "files",
    schedule={"files-tidy": PeriodicTask("files.tidy", 600.0)},
    own_data_order=90,
    own_data=[
        TableDescription(
            "files.File",
            hidden={"content", "content_type", "sha256", "attached_to", "attached_id"},
            technical={"size"},
            created_field="at",
        )
    ],
    content=dict.fromkeys(
        ("file.read", "file.removed"),
        content.nothing,
    ),
    audit_verbs={
        "file.uploaded": _("上传文件"),
        "file.read": _("查看文件"),
        "file.removed": _("删除文件"),
        "picture.added": _("添加照片"),
        "picture.corrected": _("更正照片的说明"),
        "picture.ordered": _("调整照片的次序"),
        "picture.removed": _("撤下照片"),
        "picture.restored": _("放回照片"),
    },
)
