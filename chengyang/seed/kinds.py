"""The kinds of organizations and their fields of work with which a portal begins; the district office goes on from there."""

KINDS = (
    # code, name, what it is, whether it may register as a legal person
    ("xinlianhui", "新联会", "新的社会阶层人士的联合会、联谊会，区里和各街道都有。", True),
    ("wanglianhui", "网联会", "网络和新媒体从业人员的联谊组织。", True),
    ("shanghui", "商会", "一个行业、园区或同乡的企业家组织。", True),
    ("lianyihui", "联谊会", "一个园区、行业或人群的联谊组织。", True),
    ("zhuanweihui", "专委会", "一个组织下面管一项专门工作的委员会，不单独登记。", False),
)
FIELDS = (
    ("qiye", "企业服务"),
    ("falv", "法律服务"),
    ("caishui", "财税咨询"),
    ("keji", "科技创新"),
    ("xinmeiti", "新媒体"),
    ("wenhua", "文化艺术"),
    ("gongyi", "公益志愿"),
    ("xiangcun", "乡村振兴"),
)


def kind_of(name: str) -> str:
    """Return the code of the kind of an organization with this published name."""
    return "xinlianhui" if "新的社会阶层" in name else "wanglianhui" if "新媒体" in name else "lianyihui"
