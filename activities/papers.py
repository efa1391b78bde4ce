"""The papers about an activity: the sheet on which people sign in, and name badges."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Paper, PaperField, PaperOrder, PaperRows
from chengyang.extensions.papers import Badges, Line, Signatures, Table, Title
from chengyang.lib.chinese import dates
from chengyang.lib.chinese.pinyin import name_key

from .models import Activity, Signup
from .states import SignupState

ACTIVITY = "activities.Activity"


def _managed(rows: Any, user: Any) -> Any:
    return rows.managed_by(user)


def _organizer(activity: Activity) -> str:
    return str(activity.organizer or _t("区委统战部"))


def _unit(signup: Signup) -> str:
    return signup.person.unit if signup.person else _t("来宾")


ABOUT = (
    PaperField("活动名称", _("活动的名称"), "“新e汇+”读书分享会", lambda row: row.title),
    PaperField(
        "活动时间", _("哪天几点到几点"), "11月23日 周一 14:00–16:00", lambda row: dates.span(row.starts, row.ends)
    ),
    PaperField("活动地点", _("地点"), "天安数码城会客厅", lambda row: row.place or row.get_mode_display()),
    PaperField("主办", _("主办的组织、基地或服务队"), "城阳区新联会", _organizer),
    PaperField("报名人数", _("名额确认的人数"), "46", lambda row: row.taken),
)
PEOPLE = PaperRows(
    "名单",
    _("名额已确认的人"),
    lambda activity: activity.signups.filter(state=SignupState.CONFIRMED),
    (
        PaperField("姓名", _("姓名"), "王晓明", lambda row: row.display_name, personal=True),
        PaperField("单位", _("工作单位，来宾写“来宾”"), "青岛某某科技有限公司", _unit, personal=True),
        PaperField("手机", _("不显示全号的手机号"), "154****1234", lambda row: row.masked_phone, personal=True),
        PaperField("报名序号", _("报名的先后"), "12", lambda row: row.position),
        PaperField("票号", _("签到时扫的号"), "k3m9x2p7qa", lambda row: row.public_id, personal=True),
    ),
    orders=(
        PaperOrder("pinyin", _("拼音"), lambda row: name_key(row.display_name)),
        PaperOrder("signup", _("报名先后"), lambda row: row.position),
    ),
    visible=_managed,
    concerns=lambda row: row.recipient,
    related=("person__subdistrict", "user"),
)
PAPERS = [
    Paper(
        "sign_in",
        _("活动签到表"),
        _("名额已确认的人，每人一行，留签名的地方。"),
        ACTIVITY,
        (
            Title(_("{{ 活动名称 }} 签到表")),
            Line(_("时间：{{ 活动时间 }}　　地点：{{ 活动地点 }}")),
            Line(_("主办：{{ 主办 }}　　报名：{{ 报名人数 }} 人")),
            Table(
                "名单",
                (
                    (_("序号"), "序号", 14),
                    (_("姓名"), "姓名", 30),
                    (_("单位"), "单位", 62),
                    (_("签名"), "", 44),
                    (_("备注"), "", 20),
                ),
                height=10,
                spare=5,
            ),
            Signatures((_("签到负责人"), _("实到人数"))),
        ),
        ABOUT,
        (PEOPLE,),
        order=10,
    ),
    Paper(
        "badges",
        _("胸牌"),
        _("每页八张，带签到用的二维码。"),
        ACTIVITY,
        (Badges("名单", "姓名", ("单位",), "票号", "{{ 活动名称 }}"),),
        ABOUT,
        (PEOPLE,),
        order=20,
        has_word=False,
    ),
]
