"""The papers about an organization: the roll of its members."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Paper, PaperField, PaperOrder, PaperRows
from chengyang.extensions.papers import Line, Table, Title
from chengyang.lib.chinese import dates
from chengyang.lib.chinese.strokes import stroke_key

from .models import Organization, Post

LABELS = dict(Post.Kind.choices)
RANKS = {kind: rank for rank, kind in enumerate(Post.Kind.values)}


def _members(organization: Organization) -> Any:
    """Return the members with the post that each holds in the organization today."""
    posts = Post.objects.on(clock.today()).filter(organization=organization, person=OuterRef("person"))
    return organization.memberships.active().annotate(post=Subquery(posts.order_by("starts", "pk").values("kind")[:1]))


def _count(organization: Organization) -> int:
    return organization.memberships.all().by_organization().get(organization.pk, 0)


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
PAPERS = [
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
    )
]
