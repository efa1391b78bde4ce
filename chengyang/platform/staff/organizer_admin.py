"""Organizations, bases and teams on the staff site: the same form, buttons and history for all three."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DetailRow
from chengyang.platform.accounts import organizing
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.permissions import is_responsible
from chengyang.platform.accounts.slugs import matches_name
from chengyang.platform.web.wording import yes_or_no

from .admin import Button, ScopedAdmin


def _responsible(user: Any, row: Any) -> bool:
    return is_responsible(user, row.subdistrict_id)


class OrganizerAdmin(ScopedAdmin):
    """The list of a table of organizers. The app defines `create`, `edit`, `detail_rows` and `own_buttons`."""

    managed_prefix = ""
    own_buttons: Sequence[Button] = ()
    more_fields: Sequence[str] = ()  # of the form, besides the fields of the model for office and manager
    list_select_related: Sequence[str] = ("subdistrict",)

    def public_url(self, row: Any) -> str:
        return row.get_absolute_url() if row.is_published else ""

    @property
    def buttons(self) -> tuple[Button, ...]:
        return (
            *self.own_buttons,
            Button(
                "publish",
                _("公开"),
                organizing.publish,
                lambda user, row: not row.is_published and _responsible(user, row),
                confirm=_("公开以后人人都看得到它的页面。公开？"),
                done=_("已公开。"),
            ),
            Button(
                "hide",
                _("不再公开"),
                organizing.hide,
                lambda user, row: row.is_published and _responsible(user, row),
                confirm=_("从网站上撤下这个页面？记录都留着，可以再公开。"),
                done=_("已撤下。"),
            ),
            Button(
                "readdress",
                _("按现在的名称换网址"),
                organizing.renew_slug,
                lambda user, row: _responsible(user, row) and not matches_name(row),
                confirm=_("换成和名称一致的网址？旧网址会转到新网址。"),
                done=_("网址已换，旧网址会转过来。"),
            ),
        )

    def get_fieldsets(self, request: Any, obj: Any = None) -> list:
        """Return the fields of the office, for the responsible staff, and those that the manager changes, too."""
        office = obj is None or _responsible(request.user, obj)
        names = (*(self.model.OFFICE_FIELDS if office else ()), *self.more_fields, *self.model.EDITABLE_FIELDS)
        return [(None, {"fields": names})]

    def formfield_for_choice_field(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Offer the level of the district to its own staff only."""
        field = super().formfield_for_choice_field(db_field, request, **options)
        if db_field.name == "level" and not access_scope(request.user).district:
            field.choices = [(code, label) for code, label in field.choices if code != "district"]
        return field

    def public_rows(self, row: Any) -> list[DetailRow]:
        """Return the rows about the public page, at the end of the detail rows."""
        url = row.get_absolute_url()
        return [DetailRow(_("公开"), yes_or_no(row.is_published)), DetailRow(_("公开页"), url, url=url)]
