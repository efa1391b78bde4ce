"""What Word papers say, read back: their text and tables are those of the records, of the print page, and of LibreOffice."""

import datetime as dt
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from activities.models import CheckIn, ServiceRecord
from chengyang import clock, extensions
from chengyang.platform.objectives import actions as objectives
from chengyang.platform.papers import filling, pages
from chengyang.platform.standards import actions as standards
from chengyang.platform.standards.models import Criterion, Standard, Version
from organizations import actions as organizations
from organizations.models import HandOver
from tests import libreoffice, paper_blocks, personas
from tests.activities import factories
from tests.organizations import rotation

from . import templates
from .conftest import PRINT, PURPOSE, word

WORD = [one.code for one in extensions.papers() if one.has_word]
STRANGE = "<&>\"'　㻛\n{{ x }}"  # what XML, a template and a font may stumble over, in two lines


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


def read(browser, code, row, **form):
    """Return the blocks of the Word file about `row`, after comparing them with those of its print page."""
    found = paper_blocks.of_word(word(browser, code, f"record={row.pk}", **form)[1])
    assert found == paper_blocks.of_page(browser.get(f"{PRINT.format(code)}?record={row.pk}").content.decode())
    return found


# ---- every paper: each placeholder has its place --------------------------------------------------------------------
def marked(paper):
    """Return values that name their placeholder: three rows of each list, each of its own."""
    values = {one.name: f"{one.name}{STRANGE}" for one in (*paper.fields, filling.MAKER, filling.MADE_AT)}
    for found in paper.lists:
        values[found.name] = [
            {"序号": str(number), **{one.name: f"{one.name}{number}{STRANGE}" for one in found.fields}}
            for number in (1, 2, 3)
        ]
    return values


def printed(paper, values):
    parts = [render_to_string(part.template, {"data": part.data}) for part in pages.parts_of(paper, values)]
    return paper_blocks.of_page(f"<article>{''.join(parts)}</article>")


@pytest.mark.parametrize("code", WORD)
def test_the_word_file_and_the_print_page_say_the_same(code):
    paper = extensions.paper(code)
    values = marked(paper)
    found = paper_blocks.of_word(filling.word_file(templates.default(code), values))
    assert found == printed(paper, values)
    assert [text for text in paper_blocks.texts_in(found) if STRANGE in text]


@libreoffice.needs("writer")
def test_libreoffice_reads_every_cell_of_every_file(tmp_path):
    expected = {}
    for code in WORD:
        data = filling.word_file(templates.default(code), marked(extensions.paper(code)))
        (tmp_path / f"{code}.docx").write_bytes(data)
        expected[code] = paper_blocks.of_word(data)
    assert libreoffice.converted(tmp_path, "*.docx", "odt") == sorted(WORD)
    for code in WORD:
        assert (code, paper_blocks.of_libreoffice((tmp_path / f"{code}.odt").read_bytes())) == (code, expected[code])


# ---- the records ----------------------------------------------------------------------------------------------------
@pytest.fixture
def organization(reference):
    return personas.organization()


@pytest.mark.django_db
def test_a_sheet_to_sign_on_has_a_row_for_each_person_and_spare_ones(client_of, district, activity, organization):
    activity.organization = organization
    activity.taken = 5
    activity.save()
    *head, table, signatures = read(client_of(district), "sign_in", activity, **PURPOSE)
    assert head == [
        "夏庄葡萄采摘帮扶 签到表",
        "时间：9月19日 周六 08:30–11:30　　地点：夏新连心驿站",
        f"主办：{organization}　　报名：5 人",
    ]
    unit = "青岛澄海文化传媒有限公司"
    names = ["丁一", "王晓明", "陈桂兰", "周予安", "艾合买提·买买提"]
    assert table == [
        ["序号", "姓名", "单位", "签名", "备注"],
        *([str(number), name, unit, "", ""] for number, name in enumerate(names, 1)),
        *[[""] * 5] * 5,
    ]
    assert signatures == [["签到负责人：", "实到人数："]]


@pytest.mark.django_db
def test_a_notice_says_what_the_activity_says(client_of, district, organization):
    activity = factories.published(
        organization=organization, capacity=60, bring="水杯", audience="members", audience_note="带一位同事",
        address="夏庄路 1 号", signup_closes=factories.moment(18, 18),
    )  # fmt: skip
    assert read(client_of(district), "activity_notice", activity) == [
        "关于举办“夏庄葡萄采摘帮扶”的通知",
        "各有关组织：",
        "定于9月19日 周六 08:30–11:30举办“夏庄葡萄采摘帮扶”。现将有关事项通知如下。",
        "一、活动内容",
        "和果农一起摘葡萄。",
        "二、时间和地点",
        "时间：9月19日 周六 08:30–11:30。",
        "地点：夏新连心驿站，夏庄路 1 号。",
        "三、参加人员",
        f"{activity.get_audience_display()}，带一位同事，名额：60 人。",
        "四、有关要求",
        "（一）报名截止时间：9月18日 周五 18:00。",
        "（二）请带：水杯。",
        str(organization),
        "2026年9月16日",
        "（联系方式：街道办公室）",
        [[str(organization), "2026年9月16日印发"]],
    ]


@pytest.mark.django_db
def test_a_report_says_who_came_and_for_how_long(client_of, district, organization):
    starts, ends = factories.moment(5, 9), factories.moment(5, 12)
    activity = factories.published(
        organization=organization, kind="volunteer", starts=starts, ends=ends, taken=2, headcount=7
    )
    for number, hours in ((1, "3.0"), (2, "1.5")):
        person = factories.person(number, f"王{number}")
        signup = activity.signups.create(person=person, state="confirmed", position=number)
        checkin = CheckIn.objects.create(signup=signup, checked_in_at=starts, checked_out_at=ends)
        ServiceRecord.objects.create(checkin=checkin, hours=Decimal(hours))
    text = read(client_of(district), "activity_report", activity)
    assert text[2:7] == [
        f"9月5日 周六 09:00–12:00，{organization}在夏新连心驿站举办了“夏庄葡萄采摘帮扶”。现将有关情况报告如下。",
        "一、基本情况",
        "和果农一起摘葡萄。",
        "二、参加情况",
        "报名 2 人，签到 2 人，现场点数 7 人，志愿服务时长 4.5 小时。",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["registration", "recommendation"])
def test_a_form_about_a_person_has_the_registered_data(client_of, district, reference, code):
    person = factories.person(3, "王晓明", job="总经理", registered_on=dt.date(2026, 3, 1), can=["law"], want=[])
    blocks = read(client_of(district), code, person, **PURPOSE)
    form = blocks[2]
    assert blocks[1] == f"登记编号：{person.public_id}"
    assert [row[:4] for row in form[:4]] == [
        ["姓　名", "王晓明", "类　别", str(person.category)],
        ["工作单位", *["青岛澄海文化传媒有限公司"] * 3],
        ["工　作", "总经理", "街　道", "夏庄街道"],
        ["手　机", "154****0003", "入册日期", "2026年3月1日"],
    ]
    assert [row[-1] for row in form[:4]] == ["照　片"] * 4
    assert f"姓名：王晓明　　登记编号：{person.public_id}" in blocks
    assert blocks[-1] == [["本人签字：", "日期："]]


@pytest.mark.django_db
def test_a_roll_has_a_row_for_each_member(client_of, secretary, organization):
    day = dt.date(2026, 3, 1)
    for number, name in enumerate(("王晓明", "丁一"), 1):
        person = factories.person(number, name, job="总经理")
        organization.memberships.create(person=person, state="active", joined_on=day)
    organization.posts.create(person=person, kind="director", starts=day)
    unit = "青岛澄海文化传媒有限公司"
    title, count, table = read(client_of(secretary), "roll", organization, **PURPOSE)
    assert (title, count) == (f"{organization}会员名册", "共 2 人，截至 2026年9月16日")
    assert table == [
        ["序号", "姓名", "职务", "工作单位", "工作", "入会日期"],
        ["1", "丁一", "理事", unit, "总经理", "2026-03-01"],
        ["2", "王晓明", "", unit, "总经理", "2026-03-01"],
    ]


@pytest.mark.django_db
def test_the_form_of_a_base_has_its_facts_and_its_honours(client_of, district, reference):
    base = personas.base(
        place="天安数码城", address="夏庄路 1 号", hours="周一至周五 9:00–17:00", contact="0532-1", summary="会客厅。"
    )
    base.honours.create(title="精品工程", level="province", year=2023, note="第二批")
    base.honours.create(title="示范基地", level="city", year=2025)
    title, form, line, honours, signatures = read(client_of(district), "base_form", base)
    assert (title, line, signatures) == ("实践创新基地情况表", "获得的荣誉", [["填表人：", "基地负责人：", "日期："]])
    assert form == [
        ["基地名称", *["夏新连心驿站"] * 3],
        ["级　别", base.get_level_display(), "街　道", "夏庄街道"],
        ["所　在", "天安数码城", "启用时间", ""],
        ["地　址", *["夏庄路 1 号"] * 3],
        ["开放时间", "周一至周五 9:00–17:00", "联系方式", "0532-1"],
        ["“六有”评定", *["没有在有效期内的评定"] * 3],
        ["简　介", *["会客厅。"] * 3],
    ]
    assert honours == [
        ["序号", "荣誉", "级别", "年份", "说明"],
        ["1", "示范基地", "市级", "2025", ""],
        ["2", "精品工程", "省级", "2023", "第二批"],
        *[[""] * 5] * 2,
    ]


@pytest.mark.django_db
def test_the_table_of_objectives_has_a_row_for_each(client_of, organization, secretary, xiazhuang):
    plan = objectives.draft_plan(organization, year=2026, actor=secretary)
    objectives.add_objective(plan, actor=secretary, what="办活动", metric="activities_completed", target=Decimal(10))
    objectives.add_objective(plan, actor=secretary, what="走访会员", unit="人次", target=Decimal(120), every="quarter")
    objectives.publish_plan(objectives.submit_plan(plan, actor=secretary), actor=xiazhuang)
    for day in (1, 2):
        factories.published(organization=organization, starts=factories.moment(day), ends=factories.moment(day, 11))
    title, state, table, _rule, signatures = read(client_of(secretary), "objectives", plan)
    assert (title, state) == (f"{organization} 2026 年度目标", "已发布，进度截至 2026年9月16日")
    assert [row[:4] for row in table] == [
        ["序号", "做什么", "目标", "做了"],
        ["1", "办活动", "10 场", "2 场"],
        ["2", "走访会员", "120 人次", "0 人次"],
    ]
    assert signatures == [["填表：", "复核："]]


@pytest.mark.django_db
def test_the_sheet_of_a_chair_lists_what_is_open(client_of, organization, secretary, settings):
    chairs = rotation.people(organization)
    rotation.plan(organization, rotation.term(organization), chairs.values(), actor=secretary)
    settings.PORTAL_CLOCK = factories.moment(17)
    organizations.announce_duties()
    times = {"starts": factories.moment(29, 14), "ends": factories.moment(29, 16)}
    factories.published(title="夜间经济座谈会", organization=organization, **times)
    sheet, giver = HandOver.objects.get(on=dt.date(2026, 10, 1)), chairs["江海晴"].user
    organizations.give(sheet, lines="印章在秘书处\n投影仪在修", actor=giver)
    assert read(client_of(secretary), "duty_sheet", sheet, **PURPOSE) == [
        "轮值交接单",
        f"{organization}，2026年10月1日 零点交接",
        [
            ["没办结的诉求", "没有"],
            ["今后四周的活动", "夜间经济座谈会，夏新连心驿站，已报 0 人，9月29日 周二"],
            ["要改到位的", "没有"],
            ["到期的报告和申请", "没有"],
            ["另外要交代的", "印章在秘书处\n投影仪在修"],
        ],
        "交班：江海晴　　接班：马希军",
        [["交班签名：", "接班签名："]],
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["organization", "base", "team"])
def test_the_form_of_an_evaluation_has_every_item(client_of, district, district_2, settings, kind):
    standard = Standard.objects.create(code=f"{kind}-2026", name="2026 年评价办法", subject=kind, year=2026)
    version = Version.objects.create(standard=standard, number=1)
    for order, name in enumerate(("阵地", "制度")):
        Criterion.objects.create(version=version, code=f"item{order}", name=name, order=order)
    version.published_on = dt.date(2026, 1, 10)
    version.save()
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 5), dt.time(9))
    manager = personas.make({"organization": "secretary", "base": "base_manager", "team": "leader"}[kind])
    row = standards.open_evaluation(getattr(personas, kind)(), year=2026, actor=manager)
    for code in ("item0", "item1"):
        row = standards.record_statement(row, code, note="在一楼\n有会客厅。", actor=manager)
    row = standards.submit_assessment(row, actor=manager)
    found = {"item0": {"result": "met", "by": None}, "item1": {"result": "partly", "reason": "没有上墙", "by": None}}
    standards.find_assessment(row, found, actor=district)
    assert read(client_of(district_2), f"evaluation_{kind}", row) == [
        f"{row.subject} 2026 年度评价表",
        [
            ["评价办法", str(version)],
            [
                "逐项",
                "1. 阵地：自述：在一楼\n有会客厅；做到。\n2. 制度：自述：在一楼\n有会客厅；部分做到；没有上墙。",
            ],
            ["结果", "待复核，2 项里做到 1 项"],
            ["申诉和答复", "没有"],
            ["结果确定", ""],
        ],
        "初评：2027年1月5日　　复核：",
        [["被评价单位：", "初评：", "复核："]],
    ]
