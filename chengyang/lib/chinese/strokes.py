"""The order of names by the strokes of the surname, in which lists of meetings stand (requirements U04).

The collations of ICU count every 艹 and 阝 one stroke too many, so the surnames stand here in their order (GF 3003-1999): by the
number of strokes, then by the kinds of the strokes: 横, 竖, 撇, 点, 折. A line begins with the number of strokes.
"""

from functools import cache

from .folding import fold
from .names import split_surname
from .pinyin import name_key

_ORDER = """
2 丁 卜 刁 刀 乜
3 干 于 万 上 山 千 凡 么 门 弓 卫 也 女 习 马
4 丰 王 井 开 夫 元 韦 云 木 支 尤 车 区 巨 戈 瓦 牙 日 中 贝 水 午 牛 毛 长 仁 仇 化 仉 公 仓 月 风 丹 乌 卞 文 方 亢 计 户 尹 孔 巴 邓 双 允 毋
5 玉 甘 艾 古 左 石 布 龙 平 东 邛 占 卢 帅 叶 申 田 由 史 央 冉 付 代 仝 白 丛 令 印 包 乐 句 冯 邝 玄 兰 宁 永 宄 司 弘 皮 召 边 台 母
6 匡 邢 刑 戎 巩 吉 亚 权 过 西 有 列 成 毕 邦 扬 邪 曲 吕 同 年 朱 乔 伍 伏 延 仲 任 伦 华 仰 伊 向 后 全 会 危 邬 多 色 庄 庆 刘 齐 冰 次 羊 米 关 江 汤 池 宇 安 祁 许 闫 农 买 那 阮 阳 阴 羽 牟 纪 孙
7 寿 麦 贡 孝 赤 折 抗 扶 花 苍 严 芦 劳 克 苏 苌 芮 杜 杨 杞 巫 李 甫 束 吾 连 来 步 时 吴 里 员 别 岐 岑 利 秀 邱 何 佟 但 余 佘 谷 邸 狄 邹 言 况 辛 冶 应 冷 闵 汪 沐 沙 汲 沃 沈 怀 宋 完 良 启 初 祀 灵 张 陆 陈 邵 邰 鸡 迟 纳
8 武 青 招 者 幸 拓 苗 英 苟 范 苑 茅 茆 苻 林 析 松 杭 郁 郏 欧 奇 环 卓 虎 尚 贤 国 明 易 畅 昌 罗 帖 图 竺 牧 和 季 佴 岳 侍 依 郄 金 采 念 周 鱼 服 郇 庞 於 郑 单 郎 法 泷 房 宗 定 宓 官 宛 宝 居 屈 弥 孟 降 承 练 经 贯
9 封 项 城 革 荆 茹 荀 荣 胡 南 柯 查 相 柏 柳 要 郦 咸 厚 郝 战 是 冒 星 昭 贵 郧 哈 钟 钮 钦 郜 拜 种 秋 香 段 保 俞 信 侯 俎 皇 鬼 律 禹 逄 郗 郤 饶 昝 闻 闽 闾 施 姜 娄 美 前 奕 洪 洛 洗 宣 宫 祖 祝 神 郡 费 胥 姚 贺 羿 骆 骈
10 艳 秦 班 敖 袁 耆 都 耿 聂 莫 莘 莎 真 桂 桓 栖 郴 栗 贾 夏 原 顾 晋 索 泰 顿 鬲 柴 党 晁 晏 恩 钱 铁 倪 徐 候 乘 秘 殷 郫 奚 翁 爱 豹 狼 留 凌 栾 高 郭 席 唐 郸 益 郯 浦 海 涂 诸 谈 家 宰 容 剧 展 陶 姬 娥 桑 能 通 逯
11 黄 萧 营 梅 曹 戚 龚 盛 教 勒 接 麸 常 堂 野 鄂 啜 眭 崔 符 第 笪 银 偰 皎 象 脱 逢 商 章 麻 庹 康 鹿 阎 盖 粘 梁 清 渠 涵 寇 宿 密 扈 谌 尉 屠 隋 隆 巢 续 绳
12 琴 琦 彭 越 揭 博 斯 葛 董 蒋 敬 韩 辜 植 惠 覃 粟 雄 景 遇 喻 黑 嵇 程 税 智 傅 焦 储 舒 释 貂 鲁 敦 童 善 普 曾 温 滑 游 湛 寒 富 裕 禄 谢 强 缑
13 靳 蓝 蒯 蓬 蒲 蒙 蓟 楚 楼 裘 赖 甄 鄢 鄞 雷 虞 睢 路 訾 鄙 锡 简 筱 愈 解 詹 鲍 雍 廉 满 源 溥 窦 塞 慎 福 褚 阙 辟
14 赫 綦 慕 蔡 蔺 嘉 臧 裴 管 鲜 廖 端 谭 谯 漆 寨 禚 阚 翟 熊 缪 暨
15 樊 蕴 暴 墨 稽 黎 德 滕 镐 颜 鄯 潘 鹤
16 操 薛 薄 燕 霍 融 冀 黔 穆 衡 赞 澹
17 戴 鞠 檀 藏 魏 繁 糜 濮 襄 蹇
18 瞿
19 麴 籍
21 麝
"""
StrokeKey = tuple[int, int, int, int, str]
_UNKNOWN = 99  # strokes of a surname that is not in the table: after all others


@cache
def _places() -> dict[str, tuple[int, int]]:
    """Return for each surname (number of strokes, place in the order)."""
    lines = [line.split() for line in _ORDER.split("\n") if line]
    found = [(int(number), surname) for number, *surnames in lines for surname in surnames]
    return {surname: (number, place) for place, (number, surname) in enumerate(found)}


def strokes_of(surname: str) -> int | None:
    """Return the number of strokes of the first character of `surname`, None for one that is not in the table."""
    place = _places().get(fold(surname[:1]))
    return place[0] if place else None


def stroke_key(name: str) -> StrokeKey:
    """Return the key that sorts names by the strokes of their surnames (requirements U04).

    Names with one surname stand together, those with one character after it first, then by pinyin;
    compound surnames stand behind the one of their first character. Names without a surname of
    the table (of other scripts, or with `·`) stand behind, by pinyin.
    """
    surname, given = split_surname(name)
    strokes, place = _places().get(fold(surname[:1]), (_UNKNOWN, 0)) if surname else (_UNKNOWN, 0)
    is_known = strokes != _UNKNOWN
    lengths = (len(surname), min(len(given), 2)) if is_known else (0, 0)
    return strokes, place, *lengths, name_key(name)
