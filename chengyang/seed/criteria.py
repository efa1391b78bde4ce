"""The criteria of the three standards of 2017: code and guidance for each published name.

The names are published facts; the guidance is written for this portal and helps people who fill in an assessment.
"""

FOUR_HAVES = {
    "有时间": ("time", "能按时参加会议和活动。看近一年实际参加的次数，或本人写明每月能拿出多少时间。"),
    "有精力": ("energy", "身体和工作状况允许长期参与。看目前承担的职务和项目，是否还能再担一份责任。"),
    "有能力": ("ability", "在本行业有专长，能组织人、能办成事。看办过的活动、做过的服务、提过的建议。"),
    "有代表性": (
        "representativeness",
        "在所在类别、行业或街道里有联系面，能反映大家的意见。看联系了哪些人、转达过哪些意见。",
    ),
}
FIVE_GOODS = {
    "选准一个好带头人": (
        "leader",
        "会长人选大家信得过，有时间、有精力、有能力、有代表性。看推选过程和“四有”评定结果。",
    ),
    "组建一个好班子": ("board", "班子成员来自不同行业和类别，分工写清楚。看班子名单和分工，秘书长有专人担任。"),
    "建设一支好队伍": ("team", "会员有一定规模，来源覆盖本组织面向的人群。看会员名册，会员都是本人申请加入。"),
    "健全一个好机制": ("mechanism", "有章程，有会议、活动、轮值、联络等制度，大家知道、照着做。看制度文本和执行记录。"),
    "确立一个好思路": ("plan", "有年度目标和活动计划，写明要做成什么、谁来做、什么时候做完。看当年的目标和计划。"),
}
SIX_HAVES = {
    "有阵地": ("venue", "有固定场所，挂牌，能开会、接待、办活动。看地址、面积、开放时间和使用协议。"),
    "有标准": ("standards", "对照“六有”每年自查、接受复查，服务有明确要求。看自查表和复查记录。"),
    "有品牌": ("brand", "有自己的名称和特色，活动成系列，大家叫得出来。看品牌说明和成系列的活动。"),
    "有制度": ("rules", "开放、预约、值班、安全等制度齐全并公开。看制度文本和上墙照片。"),
    "有活动": ("activities", "常年有活动，平均每月不少于一场。看近 12 个月在本基地办的活动记录。"),
    "有成效": ("results", "来的人受益，有看得见的结果。看近 12 个月的签到人次、孵化、捐助、荣誉等记录。"),
}
CRITERIA = {"four_haves": FOUR_HAVES, "five_goods": FIVE_GOODS, "six_haves": SIX_HAVES}
SUBJECTS = {"four_haves": "person", "five_goods": "organization", "six_haves": "base"}
TEXTS = {
    "four_haves": "推荐和确定代表人士时对照的四条。四条都达到，每条都有一句说明或一份材料，才能确定为代表人士。",
    "five_goods": "筹建联谊组织时对照的五条。五条都达到，组织才能成立。",
    "six_haves": "建设实践创新基地时对照的六条。每 12 个月评定一次，到期没有评定的先变黄、再变红，不会自动关停。",
}
