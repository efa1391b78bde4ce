"""Invented names of persons: surnames as frequent as in Qingdao, and no names of well-known people.

The names have every form that a registry must accept: two-character surnames, surnames with an unusual reading, names of
other ethnic groups with `·`, given names of one to three characters, and characters that few fonts have.
"""

import hashlib
from collections.abc import Iterator

from .randomness import RandomSource
from .words import FOLDER

# Surname and frequency among ten thousand people; around Qingdao 于, 孙, 曲, 矫, 逄 and 江 are more frequent.
_FREQUENT = """
王720 李700 张690 刘560 陈400 杨300 孙260 于230 赵220 黄150 周180 徐190 马160 朱150 胡120 郭140 高150 林130 何90 罗70 郑100
梁80 谢70 宋140 唐70 许80 韩120 冯80 邓50 曹90 彭50 吕80 苏60 蒋60 蔡50 贾60 丁70 魏70 薛60 叶50 阎20 余40 潘50 杜60 戴30
夏50 钟30 汪40 田60 姜140 范50 方40 石50 姚50 谭50 廖20 邹40 熊20 金40 陆30 郝30 孔40 白40 崔70 康30 毛30 邱30 秦40 江90 史40
顾30 侯40 邵50 孟40 龙20 万30 段20 雷20 钱20 汤20 尹30 黎20 易10 常20 武30 乔20 贺20 赖10 龚20 文10 曲80 矫30 逄20 臧30 纪50
栾30 牟30 辛30 迟20 隋20 宫20 兰10 袁50 庄20 柳20 毕30 綦10 仝6 卢40 傅30 葛20 严20 季20 温10 芦10 管30
"""
# Surnames with an unusual reading, surnames of two characters, and names of other ethnic groups: rare, but needed here.
POLYPHONIC = tuple("曾仇单解区查盖朴翟缪覃任华宁乐")
ETHNIC_SHARE = 0.01
COMPOUND = ("欧阳", "尉迟", "司马", "上官", "诸葛", "皇甫", "令狐", "慕容", "东方", "夏侯")
# Own names and fathers' names, which form the names of other ethnic groups: `own·father`.
ETHNIC = (
    "艾合买提",
    "阿依古丽",
    "麦麦提",
    "古丽努尔",
    "帕提古丽",
    "努尔兰",
    "巴合提别克",
    "阿不都外力",
    "热依汗古丽",
    "叶尔江",
    "萨日娜",
)
FATHERS = (
    "买买提",
    "吐尔逊",
    "热合曼",
    "阿布都拉",
    "艾山",
    "哈力克",
    "木拉提",
    "玉素甫",
    "托合提",
    "卡德尔",
    "努尔波拉提",
)
RARE = ("王㻛", "刘䶮", "陈𬭚", "于㻛然", "孙𬭚之", "曲䶮舟")

_FIRST = (
    "知予映雅思立海永晓文若景书望清安以亦初南沐言嘉向禾砚闻昭砺溪叙一远云青承允怀牧念同修可尔松石笃川令新宜守谨凡微渡"
)
_SECOND = (
    "夏安月楠源群宁强彤博然舟遥禾川行之衡远初屿澜棠松朗卓晴谦和言书晗辰岚洲茗齐越棣平原恒野筠溪淇航苗乔璟菲琪峰婷敏洁健"
)
_SINGLE = "昕珂砚岚屹蔚泓茗淼禾桢楷珩旻彧筱苒葳骅渝铮霏"
_OLDER = """
建国 建华 秀英 桂兰 玉兰 淑珍 淑华 志刚 志强 国栋 永强 立群 海宁 春梅 秋菊 丽华 丽娟 爱华 红梅 卫东 德胜 福全 振业 传玉
世荣 宝山 瑞芳 桂香 明礼 学勤 维民 兆祥 守信 仁礼 风云 月娥 素云 庆祥 承志 京顺 青松 连生 成林 希军
"""
_THREE = ("以南乔", "若云岚", "景行之", "沐清和", "知微棠")  # given names of three characters

# Digests of the names of well-known people, which are left out; digests, so that the repository does not list the names.
_KNOWN = frozenset((FOLDER / "known_names.txt").read_text(encoding="ascii").split())


def _frequent() -> tuple[list[str], list[int]]:
    words = _FREQUENT.split()
    return [word[0] for word in words], [int(word[1:]) for word in words]


SURNAMES, WEIGHTS = _frequent()
OLDER = _OLDER.split()


def is_known(name: str) -> bool:
    """Return whether `name` is the name of a well-known person."""
    return digest(name) in _KNOWN


def digest(name: str) -> str:
    """Return the digest of `name` as `known_names.txt` holds it."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def names(rng: RandomSource) -> Iterator[str]:
    """Yield names without end; a name can occur more than once, as in reality."""
    while True:
        name = _foreign(rng) if rng.chance(ETHNIC_SHARE) else _surname(rng) + _given(rng)
        if not is_known(name):
            yield name


def every_kind(rng: RandomSource) -> Iterator[str]:
    """Yield names as `names` does, but first one of every form that the module docstring lists."""
    yield from RARE
    yield from (f"{own}·{father}" for own, father in zip(ETHNIC, FATHERS, strict=True))
    yield from (surname + _given(rng) for surname in (*COMPOUND, *POLYPHONIC))
    yield from names(rng)


def _foreign(rng: RandomSource) -> str:
    return f"{rng.choice(ETHNIC)}·{rng.choice(FATHERS)}"


def _surname(rng: RandomSource) -> str:
    kind = rng.random()
    if kind < 0.01:
        return rng.choice(COMPOUND)
    if kind < 0.04:
        return rng.choice(POLYPHONIC)
    return rng.choices(SURNAMES, WEIGHTS)[0]


def _given(rng: RandomSource) -> str:
    kind = rng.random()
    if kind < 0.12:
        return rng.choice(_SINGLE)
    if kind < 0.30:
        return rng.choice(OLDER)
    if kind < 0.304:
        return rng.choice(_THREE)
    first = rng.choice(_FIRST)
    return first + rng.choice([second for second in _SECOND if second != first])
