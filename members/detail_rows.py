"""Detail rows of an application and a person on the staff site; phone numbers are masked (requirements P26)."""

from django.utils.translation import gettext as _

from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates, phones
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.purposes import OPTIONAL
from chengyang.platform.staff.badges import state_badge
from chengyang.platform.staff.record_hooks import Head

from . import permissions
from .reasons import DisclosureReason


def application_rows(application, user):
    """Return the detail rows of an application for the officer `user`."""
    return [
        *_registration_rows(application),
        number_row(application, application.user.phone, user),
        *_consents(application.user),
    ]


def person_rows(person, user):
    """Return the detail rows of a person for the officer `user`."""
    return [
        *_registration_rows(person),
        DetailRow(_("能帮上"), "、".join(map(str, person.can_labels()))),
        DetailRow(_("希望得到"), "、".join(map(str, person.want_labels()))),
        number_row(person, person.phone, user),
        DetailRow(_("入册"), dates.full_day(person.registered_on), _source(person)),
        DetailRow(_("账号"), _("有，本人可以登录") if person.user_id else _("没有")),
    ]


def person_head(person, user):
    """Return the head of the page of `person`: unit and work in one line, and what one asks for first."""
    tags = [(person.get_state_display(), state_badge(person)), (person.subdistrict, ""), (person.category, "")]
    shown = {str(row.label): row for row in person_rows(person, user)}
    first = [shown[str(label)] for label in (_("手机"), _("入册"), _("账号"))]
    public = person.user_id is not None and privacy.holds(person.user, "publication")
    name = DetailRow(_("公开姓名"), _("同意") if public else _("没有同意"))
    return Head(tags, "，".join(filter(None, (person.unit, person.job))), [*first, name])


def _registration_rows(row):
    """Return the rows that a review needs: what the person can and wants is not among them."""
    return [
        DetailRow(_("姓名"), row.name),
        DetailRow(_("类别"), row.category or "—"),
        DetailRow(_("工作单位"), row.unit),
        DetailRow(_("工作"), row.job),
        DetailRow(_("所在街道"), row.subdistrict or "—"),
    ]


def number_row(row, number, user):
    """Return the detail row of the phone number of `row`: masked, and with the form to reveal it if `user` may do so."""
    data = {"row": row, "kind": row._meta.model_name, "reasons": DisclosureReason.choices}
    if not number:
        return DetailRow(_("手机"), _("没有"))
    if not permissions.can_read_number(user, row):
        return DetailRow(_("手机"), phones.mask_phone(number))
    return DetailRow(_("手机"), phones.mask_phone(number), template="members/_number.html", data=data)


def _source(person):
    return _("本人申请") if hasattr(person, "application") else _("工作人员登记，本人确认")


def _consents(user):
    latest = privacy.latest_for(user)
    for code in ("registration", *OPTIONAL):
        if row := latest.get(code):
            answer = _("同意") if row.given else _("未同意")
            yield DetailRow(row.purpose.name, answer, f"{row.policy}，{dates.stamp(row.at)}")
