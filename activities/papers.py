"""The papers about an activity: the sheet on which people sign in, name badges, the notice before it and the report after it."""

from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Paper, PaperField, PaperOrder, PaperRows
from chengyang.extensions.papers import Badges, Imprint, Line, Paragraph, Signatures, Table, Title
from chengyang.lib.chinese import dates
from chengyang.lib.chinese.pinyin import name_key
from chengyang.lib.chinese.strokes import stroke_key

from .models import Activity, ServiceRecord, Signup
from .states import SignupState

ACTIVITY = "activities.Activity"


def _managed(rows: Any, user: Any) -> Any:
    return rows.managed_by(user)


def _unit(signup: Signup) -> str:
    return signup.person.unit if signup.person else _t("来宾")


def _hours(activity: Activity) -> str:
    records = ServiceRecord.objects.filter(checkin__signup__activity=activity)
    total = records.order_by().aggregate(total=Sum("hours"))["total"]
    return dates.hours(total) if total else _t("没有")


def _audience(activity: Activity) -> str:
    return "，".join(filter(None, (str(activity.get_audience_display()), activity.audience_note)))


def _place(activity: Activity) -> str:
    where = "，".join(filter(None, (activity.place, activity.address)))
    return where or str(activity.get_mode_display())


def _moment(moment: Any) -> str:
    return dates.span(moment) if moment else _t("活动开始前")


ABOUT = (
    PaperField("活动名称", _("活动的名称"), "读书分享会", lambda row: row.title),
    PaperField(
        "活动时间", _("哪天几点到几点"), "11月23日 周一 14:00–16:00", lambda row: dates.span(row.starts, row.ends)
    ),
    PaperField("活动地点", _("地点和地址"), "天安数码城会客厅", _place),
    PaperField("主办", _("主办的组织、基地或服务队"), "城阳区新联会", lambda row: row.organizer or _t("区委统战部")),
    PaperField("报名人数", _("占了名额的人数"), "46", lambda row: row.taken),
)
SUMMARY = PaperField(
    "活动简介", _("简介"), "围绕一本书，听三位会员讲讲自己的故事。", lambda row: row.summary or _t("见活动页面。")
)
DATED = PaperField("成文日期", _("今天的日期"), "2026年11月28日", lambda row: dates.full_day(clock.today()))
PEOPLE = PaperRows(
    "名单",
    _("名额已确认的人"),
    # Of the guests of former activities the names are deleted: nothing is left to print.
    lambda activity: activity.signups.filter(state=SignupState.CONFIRMED, forgotten_at=None),
    (
        PaperField("姓名", _("姓名"), "王晓明", lambda row: row.display_name, personal=True),
        PaperField("单位", _("工作单位，来宾写“来宾”"), "青岛某某科技有限公司", _unit, personal=True),
        PaperField("手机", _("不显示全号的手机号"), "154****1234", lambda row: row.masked_phone, personal=True),
        PaperField("报名序号", _("报名的先后"), "12", lambda row: row.position),
        # What the check-in scans. It opens nothing: only who manages the activity can check somebody in with it.
        PaperField("票号", _("签到时扫的号"), "k3m9x2p7qa", lambda row: row.public_id, personal=True),
    ),
    orders=(
        PaperOrder("stroke", _("姓氏笔画"), lambda row: stroke_key(row.display_name)),
        PaperOrder("pinyin", _("拼音"), lambda row: name_key(row.display_name)),
        PaperOrder("signup", _("报名先后"), lambda row: row.position),
    ),
    visible=_managed,
    concerns=lambda row: row.recipient,
    related=("person__subdistrict", "user"),
)
SIGN_IN = Paper(
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
)
BADGES = Paper(
    "badges",
    _("胸牌"),
    _("每页八张，带签到用的二维码。"),
    ACTIVITY,
    (Badges("名单", "姓名", ("单位",), "票号", "{{ 活动名称 }}"),),
    ABOUT,
    (PEOPLE,),
    order=20,
    has_word=False,
)
NOTICE = Paper(
    "activity_notice",
    _("活动通知"),
    _("公文格式的通知，活动前发给各组织。"),
    ACTIVITY,
    (
        Title(_("关于举办“{{ 活动名称 }}”的通知")),
        Line(_("各有关组织：")),
        Paragraph(_("定于{{ 活动时间 }}举办“{{ 活动名称 }}”。现将有关事项通知如下。")),
        Paragraph(_("一、活动内容"), 1),
        Paragraph("{{ 活动简介 }}"),
        Paragraph(_("二、时间和地点"), 1),
        Paragraph(_("时间：{{ 活动时间 }}。")),
        Paragraph(_("地点：{{ 活动地点 }}。")),
        Paragraph(_("三、参加人员"), 1),
        Paragraph(_("{{ 参加对象 }}，名额：{{ 名额 }}。")),
        Paragraph(_("四、有关要求"), 1),
        Paragraph(_("（一）报名截止时间：{{ 报名截止 }}。"), 2),
        Paragraph(_("（二）请带：{{ 要带 }}。"), 2),
        Line(""),
        Line("{{ 主办 }}", "right"),
        Line("{{ 成文日期 }}", "right"),
        Line(""),
        Paragraph(_("（联系方式：{{ 联系方式 }}）")),
        Imprint("{{ 主办 }}", _("{{ 成文日期 }}印发")),
    ),
    (
        *ABOUT,
        SUMMARY,
        PaperField("活动安排", _("安排，一行一项"), "14:00 签到\n14:10 分享", lambda row: row.agenda),
        PaperField("参加对象", _("谁能来"), "会员和市民", _audience),
        PaperField(
            "名额",
            _("名额，或“不限”"),
            "60 人",
            lambda row: _t("%(n)d 人") % {"n": row.capacity} if row.capacity else _t("不限"),
        ),
        PaperField("报名截止", _("报名截止的时间"), "11月22日 周日 18:00", lambda row: _moment(row.signup_closes)),
        PaperField("要带", _("要带的东西"), "身份证", lambda row: row.bring or _t("无")),
        PaperField("联系方式", _("活动的联系方式"), "0532-00000000", lambda row: row.contact),
        DATED,
    ),
    order=30,
    is_official=True,
)
REPORT = Paper(
    "activity_report",
    _("活动情况报告"),
    _("公文格式的报告，活动后写；做法和打算要自己填。"),
    ACTIVITY,
    (
        Title(_("关于“{{ 活动名称 }}”情况的报告")),
        Line(_("区委统战部：")),
        Paragraph(_("{{ 活动时间 }}，{{ 主办 }}在{{ 活动地点 }}举办了“{{ 活动名称 }}”。现将有关情况报告如下。")),
        Paragraph(_("一、基本情况"), 1),
        Paragraph("{{ 活动简介 }}"),
        Paragraph(_("二、参加情况"), 1),
        Paragraph(
            _("报名 {{ 报名人数 }} 人，签到 {{ 签到人数 }} 人，现场点数 {{ 现场点数 }}，志愿服务时长 {{ 服务时长 }}。")
        ),
        Paragraph(_("三、主要做法和成效"), 1),
        Paragraph(_("（请填写）")),
        Paragraph(_("四、下一步打算"), 1),
        Paragraph(_("（请填写）")),
        Line(""),
        Line("{{ 主办 }}", "right"),
        Line("{{ 成文日期 }}", "right"),
    ),
    (
        *ABOUT,
        SUMMARY,
        PaperField("签到人数", _("签到的人数"), "41", lambda row: row.attended),
        PaperField(
            "现场点数",
            _("现场点的人数，没有点就写“没有”"),
            "45 人",
            lambda row: _t("%(n)d 人") % {"n": row.headcount} if row.headcount else _t("没有"),
        ),
        PaperField("服务时长", _("志愿服务时长，合计"), "123 小时", _hours),
        DATED,
    ),
    order=40,
    is_official=True,
)
PAPERS = [SIGN_IN, BADGES, NOTICE, REPORT]
