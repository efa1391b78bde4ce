"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import CachedPage, PublicPage, TableDescription, extend


def _pages():
    yield PublicPage(reverse("privacy:policy"))


extend(
    "privacy",
    public_pages=[_pages],
    own_data_order=70,
    own_data=[
        TableDescription(
            "privacy.Consent",
            hidden={"text_hash", "actor_public_id"},
            technical={"address", "channel"},
            created_field="at",
        )
    ],
    cached_pages=[CachedPage("privacy:policy"), CachedPage("privacy:version")],
    audit_verbs={"consent.given": _("同意处理个人信息"), "consent.withdrawn": _("撤回同意")},
)
