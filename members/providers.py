"""What members registers for other floors (docs/architecture.md)."""

from django.utils.translation import gettext_lazy as _

from chengyang.privacy.actions import on_withdrawal

from . import erasure
from .actions import leaving

on_withdrawal("registration", leaving.stop_registration)
on_withdrawal("publication", leaving.stop_publication)
erasure.register(
    _("人士"),
    leave=leaving.end_terms,
    erase=leaving.erase_own_rows,
    said=_("代表人士任期、职务立即结束，公开的姓名撤下。"),
)
erasure.register(_("职务"), leave=leaving.end_posts)
