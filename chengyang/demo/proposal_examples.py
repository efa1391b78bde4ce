"""The proposals of the demonstration: their words, all invented, and what became of each."""

from typing import NamedTuple

TRANSPORT, LABOUR, PARKS, CITY, CULTURE = (
    "区交通运输部门",
    "区人力社保部门",
    "区园林部门",
    "区城市管理部门",
    "区文化旅游部门",
)
DEPARTMENTS = {
    TRANSPORT: "公交、站牌、停车、道路",
    LABOUR: "社保、就业、培训、灵活就业",
    PARKS: "公园、绿道、绿化",
    CITY: "路灯、环卫、摊点、共享单车停放",
    CULTURE: "展览、图书、场馆开放",
}


class Example(NamedTuple):
    """One proposal: its words, what became of it, and `ago`, how many days ago it was submitted."""

    title: str
    topic: str
    unit: str
    situation: str
    wish: str
    answer: str = ""
    result: str = "adopted"
    promises: tuple[tuple[str, int, str], ...] = ()  # what, days from today, state
    stage: str = "published"
    ago: int = 90
    used: int = 11  # working days until the answer
    signers: int = 0
    rating: int | None = 3
    intake: str = "online"
    former: tuple[str, str] | None = None  # the answer that this one has replaced, and why


EXAMPLES = (
    Example(
        "园区站牌写上夜间班次",
        "traffic",
        TRANSPORT,
        "站牌只写首末班，加班到八点以后的人不知道下一班几点。",
        "补上 20 点以后的每一班，手机上也能查到。",
        "12 个站牌已补上夜间班次，网上同步更新。",
        promises=(("补上 12 个站牌", -60, "done"),),
        ago=120,
        used=9,
    ),
    Example(
        "给新媒体从业者讲社保",
        "welfare",
        LABOUR,
        "做短视频的多是灵活就业，怎么缴、断了怎么办，问十个人有八个不清楚。",
        "每季度到基地讲一次，讲完留时间一对一问。",
        "每季度一次可以做到，第一次安排在实践创新基地。",
        promises=(("讲第一次", -40, "done"), ("讲第二次", 40, "open")),
        ago=150,
        used=12,
        signers=4,
    ),
    Example(
        "自由职业者公积金缴存指引",
        "welfare",
        LABOUR,
        "想自己缴，却不知道去哪、缴多少、断了怎么办。",
        "编一份两页纸的指引，窗口设一个能问的人。",
        "指引已请有关窗口一起编，印好放在各基地和窗口。",
        promises=(("编好两页纸的指引", -30, "done"), ("窗口固定一位工作人员", 3, "open")),
        ago=130,
        used=13,
        signers=3,
    ),
    Example(
        "雨天公交站到园区的一百米",
        "traffic",
        TRANSPORT,
        "公交站到园区门口没有遮挡，雨天几百人淋着走。",
        "加一段遮雨廊。",
        "管线在下面，今年先补两处雨棚，连廊列入明年方案再定。",
        result="not_now",
        ago=200,
        used=18,
        rating=2,
    ),
    Example(
        "绿道晚上能看清路",
        "city",
        PARKS,
        "夜跑的人多，北段三百米没有灯。",
        "装矮灯，22 点以后调暗。",
        "北段加装 18 盏，入冬前亮灯。",
        promises=(("加装 18 盏矮灯", 20, "open"),),
        former=("北段加装 12 盏，入冬前亮灯。", "盏数和现场量的对不上"),
        ago=70,
        used=10,
        signers=2,
    ),
    Example(
        "园区门口共享单车有地方停",
        "city",
        CITY,
        "早上八点半，单车停到盲道上。",
        "划出停放区，早高峰有人引导。",
        "两处停放区已经划好，早高峰安排引导员。",
        promises=(("划两处停放区", -80, "done"),),
        ago=170,
        used=8,
    ),
    Example(
        "周末把场馆借给青年社群",
        "culture",
        CULTURE,
        "社群活动找不到便宜的场地，周末场馆空着。",
        "周六下午开放预约，谁用谁收拾。",
        "两处场馆先试三个月，网上预约。",
        result="partly",
        promises=(("两处场馆试开放", -20, "done"),),
        ago=110,
        used=14,
    ),
    Example(
        "创业园里设一处母婴室",
        "welfare",
        CITY,
        "园区三千多人上班，没有母婴室。",
        "一楼腾一间，配水和锁。",
        "已经和园区商量好，一楼东侧改造。",
        promises=(("改造一楼东侧", -10, "done"),),
        ago=420,
        used=12,
    ),
    Example(
        "图书角的书定期换一换",
        "culture",
        CULTURE,
        "几处基地的图书角两年没有换书。",
        "每季度从区图书馆轮换一批。",
        "每季度轮换 200 册，从下个季度开始。",
        stage="answered",
        ago=40,
        used=9,
        rating=None,
    ),
    Example(
        "天安数码城夜间公交",
        "traffic",
        TRANSPORT,
        "末班车 20:30，多数公司 21:00 下班，园区约 400 人要走两公里。",
        "周一到周五延到 22:00，先试一个月。",
        stage="forwarded",
        ago=16,
        signers=3,
    ),
    Example(
        "夜市摊点装油水分离",
        "city",
        CITY,
        "夜市收摊以后路面有油，第二天滑。",
        "统一装简易的油水分离桶，收摊时有人收。",
        stage="forwarded",
        ago=36,
    ),
    Example(
        "灵活就业人员体检怎么约",
        "welfare",
        LABOUR,
        "没有单位组织，想自费体检，不知道哪里周末能约。",
        "把周末能约的地方列一张表。",
        intake="phone",
        stage="accepted",
        ago=6,
    ),
    Example(
        "园区周边夜间公交和接驳",
        "traffic",
        TRANSPORT,
        "地铁口到园区晚上没有接驳，下班的人叫不到车。",
        "夜间公交多一班，或者设一处接驳点。",
        stage="submitted",
        ago=4,
    ),
    Example(
        "公园长椅背后写上地名",
        "city",
        PARKS,
        "公园大，打电话说不清在哪一处。",
        "每张长椅背后写编号和地名。",
        stage="submitted",
        ago=2,
    ),
)
