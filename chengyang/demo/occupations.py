"""Occupations of invented persons: units and jobs of a coastal district. All names of units are invented."""

from .randomness import RandomSource

_MARKS = """
澄海 禾木 云杉 朗坤 晟宇 海拓 鼎禾 瑞岚 博川 启衡 沐野 松石 蓝屿 晴川 远帆 恒砺 嘉屿 景行 若谷 南岸 新禾 青砚 汇川 泊远 砺石 向晚
润泽岭 同舟里 白沙湾 毓秀里 棘洪里 金钥湾 胶北 崂西 墨水河 羊毛沟 丹山里 源头里 虹字湾 红岛湾 盐滩 樱桃谷 桃源河 上马湾 河套里
"""
MARKS = _MARKS.split()

# Units of each category: name pattern, share in percent, and the jobs in it.
_ENTERPRISE = (
    ("青岛{}轨道装备有限公司", 9, "工艺工程师 车间主任 质量经理 焊接技师"),
    ("青岛{}电子科技有限公司", 11, "研发工程师 硬件主管 总经理 采购经理"),
    ("青岛{}精密机械有限公司", 11, "总工程师 数控技术主管 生产副总 销售总监"),
    ("青岛{}食品有限公司", 9, "总经理 品控经理 外贸主管 研发主管"),
    ("青岛{}服装有限公司", 7, "设计总监 外贸经理 厂长"),
    ("青岛{}工艺品有限公司", 6, "总经理 设计师 外贸业务主管"),
    ("青岛{}生物科技有限公司", 8, "研发主管 检验主管 副总经理"),
    ("青岛{}物流有限公司", 8, "运营总监 关务经理 车队主管"),
    ("青岛{}软件有限公司", 10, "架构师 项目经理 产品经理 技术总监"),
    ("青岛{}新能源有限公司", 6, "电气工程师 总经理助理 安全主管"),
    ("{}（青岛）有限公司", 8, "财务总监 人事经理 生产部长 翻译兼总务"),
    ("青岛{}环保工程有限公司", 7, "环保工程师 项目经理 总经理"),
)
_INTERMEDIARY = (
    ("山东{}律师事务所", 24, "律师 合伙人 律师助理"),
    ("青岛{}会计师事务所（普通合伙）", 14, "注册会计师 审计经理 合伙人"),
    ("青岛{}税务师事务所有限公司", 9, "税务师 项目经理"),
    ("青岛{}知识产权代理有限公司", 8, "专利代理师 商标顾问"),
    ("青岛市城阳区{}社会工作服务中心", 16, "社工 理事长 项目主管 心理咨询师"),
    ("青岛市城阳区{}培训学校", 10, "校长 教务主任 教师"),
    ("青岛市城阳区{}志愿服务中心", 8, "秘书长 项目专员"),
    ("青岛{}工程造价咨询有限公司", 6, "造价工程师 部门经理"),
    ("青岛市城阳区{}养老服务中心", 5, "主任 护理主管"),
)
_FREELANCE = (
    (
        "自由职业",
        70,
        "摄影师 平面设计师 自由撰稿人 口译 声乐教师 书画教师 健身教练 网约车司机 茶艺师 插画师 室内设计师 独立音乐人 陶艺人",
    ),
    ("青岛市城阳区{}工作室", 30, "摄影师 面塑手艺人 剪纸手艺人 花艺师 品牌设计师 短片导演"),
)
_NEW_MEDIA = (
    ("青岛{}文化传媒有限公司", 38, "短视频编导 运营总监 主播 剪辑师 内容策划"),
    ("青岛{}网络科技有限公司", 26, "新媒体运营 直播运营 产品运营 用户增长主管"),
    ("青岛{}电子商务有限公司", 22, "带货主播 店铺运营 选品经理"),
    ("青岛{}影视工作室", 14, "导演 后期师 航拍师"),
)
_WORK = {"enterprise": _ENTERPRISE, "intermediary": _INTERMEDIARY, "freelance": _FREELANCE, "new_media": _NEW_MEDIA}
SHARES = {"enterprise": 46, "intermediary": 20, "freelance": 18, "new_media": 16}  # in percent of all persons

_SKILLS = {
    "律师": "law",
    "专利": "law",
    "会计": "finance",
    "税务": "finance",
    "财务": "finance",
    "审计": "finance",
    "心理": "psychology",
    "社工": "psychology",
    "总经理": "startup",
    "总监": "startup",
    "合伙人": "startup",
    "教师": "arts",
    "手艺": "arts",
    "音乐": "arts",
    "环保": "environment",
    "编导": "media",
    "主播": "media",
    "运营": "media",
    "剪辑": "media",
    "摄影": "media",
}
_OTHER_SKILLS = ("aid", "environment", "media", "arts", "startup")
WISHES = ("peers", "training", "partners", "volunteer", "problem", "propose")


def category(rng: RandomSource) -> str:
    """Return the code of a category, drawn by SHARES."""
    return rng.choices(list(SHARES), list(SHARES.values()))[0]


def workplace(rng: RandomSource, kind: str) -> tuple[str, str]:
    """Return (unit, job) for the category `kind`."""
    places = _WORK[kind]
    pattern, _, jobs = rng.choices(places, [share for _, share, _ in places])[0]
    return pattern.format(rng.choice(MARKS)), rng.choice(jobs.split())


def skills(rng: RandomSource, job: str) -> list[str]:
    """Return the codes of up to three skills that a person with `job` offers."""
    found = [skill for word, skill in _SKILLS.items() if word in job]
    if rng.chance(0.45):
        found.append(rng.choice(_OTHER_SKILLS))
    return list(dict.fromkeys(found))[:3] if rng.chance(0.85) else []


def wishes(rng: RandomSource) -> list[str]:
    """Return the codes of up to three wishes."""
    return rng.some(WISHES, 3)
