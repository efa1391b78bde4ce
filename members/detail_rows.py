"""What an officer reads of an application or a person; numbers are masked (requirements P26)."""

from django.utils.translation import gettext as _

from chengyang.lib.chinese import dates, phones
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.purposes import OPTIONAL
from chengyang.platform.staff.registry import Fact

from . import permissions
from .reasons import Reading


def application_facts(application, user):
    """Return what the page of an application says."""
    return [
        *_particulars(application),
        number_fact(application, application.user.phone, user),
        *_consents(application.user),
    ]


def person_facts(person, user):
    """Return what the page of a person says."""
    return [
        *_particulars(person),
        number_fact(person, person.phone, user),
        Fact(_("入册"), dates.full_day(person.registered_on), _source(person)),
        Fact(_("账号"), _("有，本人可以登录") if person.user_id else _("没有")),
    ]


def _particulars(row):
    return [
        Fact(_("姓名"), row.name),
        Fact(_("类别"), row.category or "—"),
        Fact(_("工作单位"), row.unit),
        Fact(_("工作"), row.job),
        Fact(_("所在街道"), row.subdistrict or "—"),
        Fact(_("能帮上"), "、".join(map(str, row.can_labels()))),
        Fact(_("希望得到"), "、".join(map(str, row.want_labels()))),
    ]


def number_fact(row, number, user):
    """Return the masked number, with the form to see the whole one for a reason."""
    data = {"row": row, "kind": row._meta.model_name, "reasons": Reading.choices}
    if not number:
        return Fact(_("手机"), _("没有"))
    if not permissions.can_read_number(user, row):
        return Fact(_("手机"), phones.mask_phone(number))
    return Fact(_("手机"), phones.mask_phone(number), template="members/_number.html", data=data)


def _source(person):
    return _("本人申请") if hasattr(person, "application") else _("工作人员登记，本人确认")


def _consents(user):
    latest = privacy.latest_for(user)
    for code in ("registration", *OPTIONAL):
        if row := latest.get(code):
            words = _("同意") if row.given else _("未同意")
            yield Fact(row.purpose.name, words, f"{row.notice}，{dates.stamp(row.at)}")
