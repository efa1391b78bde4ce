"""Extensions of the app `files`; the slots are described in `chengyang.extensions`."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import PeriodicTask, TableDescription, extend
from chengyang.platform.web import content

extend(
    "files",
    schedule={"files-tidy": PeriodicTask("files.tidy", 3600.0)},
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
        ("file.read",),
        content.nothing,
    ),
    audit_verbs={
        "file.uploaded": _("上传文件"),
        "file.read": _("查看文件"),
    },
)
