"""The papers about a person: the form of registration, and that of a recommendation as a representative (requirements U12).

They hold what the registry holds, and places to write in. The registry has no field for more, and a paper asks for no more
(domain.md, "What the portal refuses to hold").
"""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import Paper, PaperField
from chengyang.extensions.papers import Block, Cell, Form, Line, NewPage, Signatures, Title, label
from chengyang.lib.chinese import dates, phones
from chengyang.platform.standards.papers import assessment_paper

from . import permissions
from .models import Assessment, Person

PERSON = "members.Person"
WIDTHS = (26, 32, 26, 32, 26, 30)


def _masked(person: Person) -> str:
    return phones.mask_phone(person.phone) if person.phone else ""


def _whole(person: Person, reader: Any) -> str:
    """Return the number for those who may read it (requirements P26)."""
    readable = person.phone and permissions.can_read_number(reader, person)
    return person.phone.removeprefix("+86") if readable else _masked(person)


def _assessment(person: Person) -> str:
    passed = person.assessments.passed_on(clock.today()).order_by("-assessed_on").first()
    return _t("%(day)s评定通过") % {"day": dates.full_day(passed.assessed_on)} if passed else _t("没有在有效期内的评定")


def _labels(labels: Any) -> str:
    return "、".join(map(str, labels))


FIELDS = (
    PaperField("姓名", _("姓名"), "王晓明", lambda row: row.name, personal=True),
    PaperField("类别", _("新阶层四类之一"), "新媒体从业人员", lambda row: row.category, personal=True),
    PaperField("街道", _("工作所在街道"), "夏庄街道", lambda row: row.subdistrict, personal=True),
    PaperField("单位", _("工作单位"), "青岛某某科技有限公司", lambda row: row.unit, personal=True),
    PaperField("工作", _("做什么工作"), "总经理", lambda row: row.job, personal=True),
    PaperField("手机", _("手机；写明理由、可以看的才有完整号码"), "154****1234", _masked, personal=True, whole=_whole),
    PaperField("入册日期", _("入册日期"), "2026年3月1日", lambda row: dates.full_day(row.registered_on), personal=True),
    PaperField("登记编号", _("登记的编号"), "k3m9x2p7qa", lambda row: row.public_id, personal=True),
    PaperField(
        "能帮上", _("本人填的能帮上什么"), "法律咨询、创业辅导", lambda row: _labels(row.can_labels()), personal=True
    ),
    PaperField("希望得到", _("本人填的希望得到什么"), "培训", lambda row: _labels(row.want_labels()), personal=True),
)


_HEAD = (
    (
        label(_("姓　名")),
        Cell("{{ 姓名 }}"),
        label(_("类　别")),
        Cell("{{ 类别 }}", 2),
        Cell(_("照　片"), 1, 4, box=True),
    ),
    (label(_("工作单位")), Cell("{{ 单位 }}", 4)),
    (label(_("工　作")), Cell("{{ 工作 }}"), label(_("街　道")), Cell("{{ 街道 }}", 2)),
    (label(_("手　机")), Cell("{{ 手机 }}"), label(_("入册日期")), Cell("{{ 入册日期 }}", 2)),
)


def _confirmation(what: Any) -> tuple[Block, ...]:
    """Return the page on which the person confirms what the form says (requirements U12)."""
    return (
        NewPage(),
        Title(_("本人确认")),
        Line(_("姓名：{{ 姓名 }}　　登记编号：{{ 登记编号 }}")),
        Line(what),
        Line(_("我已看过前面的内容，确认属实。内容有变化时，我可以随时在“我的数据”里更正，也可以随时退出。")),
        Signatures((_("本人签字"), _("日期"))),
    )


REGISTRATION = Paper(
    "registration",
    _("登记表"),
    _("人士登记表，有照片栏和本人确认签字页。"),
    PERSON,
    (
        Title(_("新的社会阶层人士登记表")),
        Line(_("登记编号：{{ 登记编号 }}"), "right"),
        Form(
            WIDTHS,
            (
                *_HEAD,
                (label(_("能帮上什么")), Cell("{{ 能帮上 }}", 5)),
                (label(_("希望得到什么")), Cell("{{ 希望得到 }}", 5)),
                (label(_("工作经历\n本人填写")), Cell("", 5)),
                (label(_("经办单位")), Cell(_("（盖章）\n\n经办人：\n　　　　年　　月　　日"), 5)),
            ),
            heights=(11, 11, 11, 11, 16, 16, 95, 36),
        ),
        *_confirmation(_("这份登记表用于新的社会阶层人士登记和联系服务，只由经办单位使用。")),
    ),
    FIELDS,
    order=10,
    concerns=lambda person: person,
    related=("category", "subdistrict"),
)
RECOMMENDATION = Paper(
    "recommendation",
    _("推荐表"),
    _("代表人士推荐表，有照片栏、三级意见栏和本人确认签字页。"),
    PERSON,
    (
        Title(_("新的社会阶层代表人士推荐表")),
        Line(_("登记编号：{{ 登记编号 }}"), "right"),
        Form(
            WIDTHS,
            (
                *_HEAD,
                (label(_("“四有”评定")), Cell("{{ 四有评定 }}", 5)),
                (label(_("主要工作\n和成绩")), Cell("", 5)),
                (label(_("推荐单位\n意　　见")), Cell(_("（盖章）\n\n　　　　年　　月　　日"), 5)),
                (label(_("街道意见")), Cell(_("（盖章）\n\n　　　　年　　月　　日"), 5)),
                (label(_("区委统战部\n意　　见")), Cell(_("（盖章）\n\n　　　　年　　月　　日"), 5)),
            ),
            heights=(11, 11, 11, 11, 12, 62, 34, 34, 34),
        ),
        *_confirmation(_("我同意被推荐为代表人士。")),
    ),
    (
        *FIELDS,
        PaperField("四有评定", _("在有效期内的“四有”评定"), "2026年5月6日评定通过", _assessment, personal=True),
    ),
    order=20,
    concerns=lambda person: person,
    related=("category", "subdistrict"),
)
PAPERS = [REGISTRATION, RECOMMENDATION, assessment_paper(Assessment, _("代表人士“四有”评定表"))]
