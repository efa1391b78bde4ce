"""The papers about an organization: the roll of its members, and the sheet with which its chair hands over."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import OpenSection, Paper, PaperField, PaperOrder, PaperRows
from chengyang.extensions.papers import Cell, Form, Line, Signatures, Table, Title, label
from chengyang.lib.chinese import dates
from chengyang.lib.chinese.strokes import stroke_key
from chengyang.platform.standards.papers import assessment_paper

from . import hand_over
from .models import Assessment, HandOver, Organization, Post

LABELS = dict(Post.Kind.choices)
RANKS = {kind: rank for rank, kind in enumerate(Post.Kind.values)}


def _members(organization: Organization) -> Any:
    """Return the members with the post that each holds in the organization today."""
    posts = Post.objects.on(clock.today()).filter(organization=organization, person=OuterRef("person"))
    return organization.memberships.active().annotate(post=Subquery(posts.order_by("starts", "pk").values("kind")[:1]))


def _count(organization: Organization) -> int:
    return organization.memberships.all().number()


MEMBERS = PaperRows(
    "名单",
    _("现在的会员"),
    _members,
    (
        PaperField("姓名", _("姓名"), "王晓明", lambda row: row.person.name, personal=True),
        PaperField("职务", _("在这个组织的职务"), "理事", lambda row: LABELS.get(row.post, ""), personal=True),
        PaperField("类别", _("新阶层四类之一"), "自由职业人员", lambda row: row.person.category, personal=True),
        PaperField("单位", _("工作单位"), "青岛某某科技有限公司", lambda row: row.person.unit, personal=True),
        PaperField("工作", _("做什么工作"), "总经理", lambda row: row.person.job, personal=True),
        PaperField("街道", _("工作所在街道"), "夏庄街道", lambda row: row.person.subdistrict, personal=True),
        PaperField("手机尾号", _("手机号的后四位"), "1234", lambda row: row.person.phone_last4, personal=True),
        PaperField("入会日期", _("入会日期"), "2026-03-01", lambda row: row.joined_on, personal=True),
    ),
    orders=(
        PaperOrder("stroke", _("姓氏笔画"), lambda row: stroke_key(row.person.name)),
        PaperOrder("pinyin", _("拼音"), lambda row: row.person.name_key),
        PaperOrder("post", _("职务"), lambda row: (RANKS.get(row.post, len(RANKS)), stroke_key(row.person.name))),
        PaperOrder("joined", _("入会先后"), lambda row: (row.joined_on, row.pk)),
    ),
    concerns=lambda row: row.person,
    related=("person__category", "person__subdistrict"),
)


def _open(section: OpenSection) -> Any:
    """Return the function of a sheet that returns what is open in `section`, as lines."""

    def text(sheet: HandOver) -> str:
        found = hand_over.sections_of(sheet)[list(OpenSection).index(section)]
        return hand_over.words_of(found) or str(_("没有"))

    return text


SHEET = Paper(
    "duty_sheet",
    _("轮值交接单"),
    _("会长轮值交接时没办完的事，两位签名。"),
    "organizations.HandOver",
    (
        Title(_("轮值交接单")),
        Line(_("{{ 组织 }}，{{ 交接日期 }} 零点交接"), "center"),
        Form(
            (28, 142),
            (
                (label(_("没办结的诉求")), Cell("{{ 诉求 }}")),
                (label(_("今后四周的活动")), Cell("{{ 活动 }}")),
                (label(_("要改到位的")), Cell("{{ 要改的 }}")),
                (label(_("到期的报告和申请")), Cell("{{ 到期的 }}")),
                (label(_("另外要交代的")), Cell("{{ 交代 }}")),
            ),
            (24, 40, 24, 30, 40),
        ),
        Line(_("交班：{{ 交班 }}　　接班：{{ 接班 }}")),
        Signatures((_("交班签名"), _("接班签名"))),
    ),
    (
        PaperField("组织", _("组织的名称"), "夏庄街道新的社会阶层人士联谊会", lambda row: row.organization),
        PaperField("交接日期", _("哪天零点交接"), "2026年10月1日", lambda row: dates.full_day(row.on)),
        PaperField("交班", _("交班的人"), "江海晴", lambda row: row.giver or "", personal=True),
        PaperField("接班", _("接班的人"), "马希军", lambda row: row.taker or "", personal=True),
        PaperField("诉求", _("没办结的诉求，只有件数"), "街道经办 2 件", _open(OpenSection.REQUESTS)),
        PaperField("活动", _("今后四周的活动"), "新媒体公益课，10月10日 周六", _open(OpenSection.ACTIVITIES)),
        PaperField("要改的", _("评定里没有达到的"), "好机制", _open(OpenSection.PUT_RIGHT)),
        PaperField("到期的", _("到期的报告，等答复的入会申请"), "3 份入会申请等答复", _open(OpenSection.DUE)),
        PaperField("交代", _("交班的人写的，一行一件"), "印章在秘书处，用一次登记一次。", lambda row: row.lines),
    ),
    order=20,
    concerns=lambda row: row.taker,
)
PAPERS = [
    SHEET,
    Paper(
        "roll",
        _("会员名册"),
        _("现在的会员，每人一行。"),
        "organizations.Organization",
        (
            Title(_("{{ 组织 }}会员名册")),
            Line(_("共 {{ 会员人数 }} 人，截至 {{ 今天 }}"), "center"),
            Table(
                "名单",
                (
                    (_("序号"), "序号", 13),
                    (_("姓名"), "姓名", 24),
                    (_("职务"), "职务", 19),
                    (_("工作单位"), "单位", 52),
                    (_("工作"), "工作", 35),
                    (_("入会日期"), "入会日期", 27),
                ),
            ),
        ),
        (
            PaperField("组织", _("组织的名称"), "夏庄街道新的社会阶层人士联谊会", str),
            PaperField("会员人数", _("现在的会员人数"), "46", _count),
            PaperField("类型", _("组织类型"), "新联会", lambda row: row.kind or ""),
            PaperField(
                "代码", _("统一社会信用代码，没有登记的没有"), "51000000DEM000000A", lambda row: row.credit_code
            ),
            PaperField("街道", _("所属街道，区级组织没有"), "夏庄街道", lambda row: row.subdistrict),
            PaperField(
                "成立时间",
                _("成立时间"),
                "2019年5月",
                lambda row: dates.partial(row.founded_text) if row.founded_text else "",
            ),
            PaperField("今天", _("今天的日期"), "2026年11月28日", lambda row: dates.full_day(clock.today())),
        ),
        (MEMBERS,),
        order=10,
    ),
    assessment_paper(Assessment, _("联谊组织“五好”评定表")),
]
