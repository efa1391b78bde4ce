"""The papers about a base: its facts and honours, and the plan of a day on which it receives delegations."""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Paper, PaperField, PaperRows
from chengyang.extensions.papers import Cell, Form, Line, Signatures, Table, Title, label
from chengyang.lib.chinese import dates
from chengyang.platform.standards.papers import assessment_paper

from .models import Assessment, Base, Visit
from .states import VISIT_OPEN, VisitState


def _assessment(base: Base) -> str:
    """Return the “six haves” that are valid today, and until when."""
    passed = base.assessments.passed_on(clock.today()).order_by("-assessed_on").first()
    if passed is None:
        return _t("没有在有效期内的评定")
    until = _t("，有效至%(day)s") % {"day": dates.full_day(passed.expires_on)} if passed.expires_on else ""
    return _t("%(day)s评定通过") % {"day": dates.full_day(passed.assessed_on)} + until


HONOURS = PaperRows(
    "荣誉",
    _("基地获得的荣誉，近的在前"),
    lambda base: base.honours.order_by("-year", "pk"),
    (
        PaperField("名称", _("荣誉的名称"), "全省实践创新基地精品工程项目", lambda row: row.title),
        PaperField("级别", _("级别"), "省级", lambda row: row.get_level_display()),
        PaperField("年份", _("年份"), "2023", lambda row: row.year),
        PaperField("说明", _("说明"), "", lambda row: row.note),
    ),
    visible=lambda rows, user: rows,
)


def _stops(visit: Visit) -> str:
    return "；".join(f"{time} {text}".strip() for time, text in visit.stops) or _t("还没有写")


def _receiving(visit: Visit) -> str:
    return "、".join(dict.fromkeys(str(post.person) for post in (visit.host, visit.guide) if post))


VISITS_OF_DAY = PaperRows(
    "当天",
    _("这一天到这个基地的观摩，早的在前"),
    lambda visit: Visit.objects.filter(
        base=visit.base, starts__date=visit.day, state__in=(*VISIT_OPEN, VisitState.DONE)
    ).order_by("starts", "pk"),
    (
        PaperField("时间", _("几点到几点"), "10:30–12:00", lambda row: dates.span(row.starts, row.ends).split(" ")[-1]),
        PaperField("单位", _("单位"), "日照市新的社会阶层人士联谊会", lambda row: row.unit),
        PaperField("人数", _("几位"), "24", lambda row: row.people),
        PaperField("接待", _("接待和讲解的人"), "矫永强、臧晨", _receiving),
        PaperField(
            "联系人",
            _("联系人和手机尾号"),
            "安知远 154****0927",
            lambda row: f"{row.contact_name} {row.masked_phone}",
            personal=True,
        ),
        PaperField("状态", _("状态"), "已确认", lambda row: row.get_state_display()),
    ),
    visible=lambda rows, user: rows.managed_by(user),
    concerns=lambda row: row.guest,
    related=("guest", "host__person", "guide__person"),
)
PAPERS = [
    Paper(
        "base_form",
        _("荣誉与基地情况表"),
        _("基地的基本情况、“六有”评定和荣誉。"),
        "bases.Base",
        (
            Title(_("实践创新基地情况表")),
            Form(
                (28, 58, 28, 58),
                (
                    (label(_("基地名称")), Cell("{{ 基地 }}", 3)),
                    (label(_("级　别")), Cell("{{ 级别 }}"), label(_("街　道")), Cell("{{ 街道 }}")),
                    (label(_("所　在")), Cell("{{ 所在 }}"), label(_("启用时间")), Cell("{{ 启用时间 }}")),
                    (label(_("地　址")), Cell("{{ 地址 }}", 3)),
                    (label(_("开放时间")), Cell("{{ 开放时间 }}"), label(_("联系方式")), Cell("{{ 联系方式 }}")),
                    (label(_("“六有”评定")), Cell("{{ 六有评定 }}", 3)),
                    (label(_("简　介")), Cell("{{ 简介 }}", 3)),
                ),
                heights=(11, 11, 11, 11, 11, 11, 36),
            ),
            Line(_("获得的荣誉")),
            Table(
                "荣誉",
                (
                    (_("序号"), "序号", 14),
                    (_("荣誉"), "名称", 82),
                    (_("级别"), "级别", 22),
                    (_("年份"), "年份", 20),
                    (_("说明"), "说明", 34),
                ),
                spare=2,
            ),
            Signatures((_("填表人"), _("基地负责人"), _("日期"))),
        ),
        (
            PaperField("基地", _("基地的名称"), "新心向阳", str),
            PaperField("级别", _("级别"), "街道基地", lambda row: row.get_level_display()),
            PaperField("街道", _("街道"), "夏庄街道", lambda row: row.subdistrict),
            PaperField("所在", _("所在"), "天安数码城", lambda row: row.place),
            PaperField("地址", _("地址"), "城阳区某某路 1 号", lambda row: row.address),
            PaperField("开放时间", _("开放时间"), "周一至周五 9:00–17:00", lambda row: row.hours),
            PaperField(
                "启用时间",
                _("启用时间"),
                "2019年",
                lambda row: dates.partial(row.opened_text) if row.opened_text else "",
            ),
            PaperField("联系方式", _("公开的联系方式"), "0532-00000000", lambda row: row.contact),
            PaperField("简介", _("简介"), "面向新阶层人士的会客厅。", lambda row: row.summary),
            PaperField(
                "六有评定", _("在有效期内的“六有”评定"), "2026年5月6日评定通过，有效至2027年5月6日", _assessment
            ),
        ),
        (HONOURS,),
        order=10,
    ),
    Paper(
        "visit_plan",
        _("当天接待安排"),
        _("这一天基地接待谁、几位、谁接待，和这一批怎么走。"),
        "bases.Visit",
        (
            Title(_("{{ 基地 }}，{{ 日期 }} 接待安排")),
            Table(
                "当天",
                (
                    (_("时间"), "时间", 24),
                    (_("单位"), "单位", 48),
                    (_("人数"), "人数", 14),
                    (_("接待、讲解"), "接待", 32),
                    (_("联系人"), "联系人", 36),
                    (_("状态"), "状态", 18),
                ),
                spare=1,
            ),
            Line(_("{{ 单位 }}怎么走：{{ 怎么走 }}")),
            Line(_("想多看看：{{ 想看 }}　路上和现场：{{ 现场 }}")),
            Line(_("开门前看一遍：□ 展厅清场　□ 坡道、电梯能用　□ 话筒和投影试过　□ 热水和桌牌")),
            Signatures((_("接待人"), _("日期"))),
        ),
        (
            PaperField("基地", _("基地的名称"), "新心向阳", lambda row: row.base),
            PaperField("日期", _("哪一天"), "9月21日 周一", lambda row: dates.day(row.day)),
            PaperField("单位", _("这一批的单位"), "日照市新的社会阶层人士联谊会", lambda row: row.unit),
            PaperField("怎么走", _("一站一站"), "10:30 门口接；11:00 路演厅", _stops),
            PaperField(
                "想看", _("想多看看什么"), "轮值制怎么交接", lambda row: row.wishes or _t("没有写"), personal=True
            ),
            PaperField("现场", _("路上和现场"), "有人用轮椅", lambda row: row.needs_text or _t("没有"), personal=True),
        ),
        (VISITS_OF_DAY,),
        order=20,
        concerns=lambda row: row.guest,
        related=("base", "guest"),
        has_word=False,
    ),
    assessment_paper(Assessment, _("实践创新基地“六有”评定表")),
]
