"""The purposes of processing personal data (requirements P01, P03, P17), which are seeded into `Purpose`.

They stand in the order of the privacy rules. `necessary` ones are required for registration. `optional` ones are asked for
one by one at the end of joining; refusing them has no other effect. Every personal field names one purpose.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

CONSENT, DUTY, CONTRACT = "consent", "duty", "contract"


@dataclass(frozen=True)
class PurposeText:
    """A purpose with the texts that the privacy rules show."""

    code: str
    name: object
    text: object
    categories: object
    retention: object
    basis: str = CONSENT
    necessary: bool = False
    sensitive: bool = False
    optional: bool = False


PURPOSES = (
    PurposeText(
        "account",
        _("登录账号"),
        _("让你用手机号或邮箱登录，认出是你本人，找回你办过的事。"),
        _("手机号、邮箱、称呼；工作人员的角色和起止日期"),
        _("账号在用期间；想注销，按本规则开头的联系方式提出"),
        basis=CONTRACT,
    ),
    PurposeText(
        "registration",
        _("入册"),
        _(
            "由街道和区委统战部初审、复审你的入册申请，通过后登记在册，据此联系你、为你服务。不入册也可以看活动、报名公开活动。"
        ),
        _("姓名、手机号、类别、工作单位、做什么工作、工作所在街道、能帮上什么、希望得到什么"),
        _("退出后 30 天；没有提交的草稿 30 天"),
        necessary=True,
    ),
    PurposeText(
        "notices",
        _("办事通知"),
        _("把报名、审核、答复的进展告诉你：写在“我的—通知”里，并发到你的手机或邮箱。不发广告。"),
        _("手机号、邮箱、通知内容"),
        _("通知保存 1 年"),
        basis=CONTRACT,
    ),
    PurposeText(
        "membership",
        _("联谊组织"),
        _("你申请加入联谊组织时，由该组织的秘书长接纳，并在组织的会员名单里看到你。退会不需要谁批准。"),
        _("姓名、手机号、类别、工作单位、入会和退会日期、担任的职务"),
        _("退会或退出后 30 天"),
        basis=CONTRACT,
    ),
    PurposeText(
        "signup",
        _("活动报名"),
        _("给你留名额、发票证、排候补，到场签到，有变动时通知你。签到靠二维码或名单，不读取位置。"),
        _("姓名或称呼、手机号、报名和签到时间"),
        _("不在册的来宾：活动结束后 90 天；在册人士：退出后 30 天"),
        basis=CONTRACT,
    ),
    PurposeText(
        "volunteer",
        _("志愿服务记录"),
        _("按《志愿服务记录与证明出具办法（试行）》记录服务时长，你可以随时查看、要求更正、开具证明。"),
        _("姓名、活动、时长、更正及理由"),
        _("退出后 30 天"),
        basis=DUTY,
    ),
    PurposeText(
        "representation",
        _("代表人士"),
        _("依“四有”标准评定和公布代表人士，任期到日自动结束。评定材料你自己都能看到。"),
        _("姓名、评定结果及依据、任期"),
        _("退出后 30 天"),
        basis=DUTY,
    ),
    PurposeText(
        "requests",
        _("诉求办理"),
        _("把你提的诉求转给承办的服务队、街道或部门，按时限答复你，请你评价。只有承办人和你能看到内容。"),
        _("诉求内容、答复、评价、联系方式"),
        _("退出后 30 天"),
        basis=CONTRACT,
    ),
    PurposeText(
        "proposals",
        _("建言献策"),
        _(
            "把你的建言交给办公室审核、转给能办的单位答复，每一步告诉你。公开与否由你定，公开前去掉个人信息，随时可以撤下。"
        ),
        _("建言内容、附议、答复、评价；承办单位联系人的姓名和手机"),
        _("退出后 30 天；联系人随单位停用或更换"),
        basis=CONTRACT,
    ),
    PurposeText(
        "visit",
        _("观摩预约"),
        _("给你留时间、安排接待，时间有变动时通知你。只有接待的基地和负责的工作人员能看到。"),
        _("联系人、手机号、想看什么、路上和现场的需要、评价"),
        _("观摩后 90 天，只留单位、人数和日期；观摩以后可以随时自己删"),
        basis=CONTRACT,
    ),
    PurposeText(
        "evidence",
        _("上传材料"),
        _("你办事时上传的材料，只给办这件事的人看。照片会重新编码，拍摄地点等附带信息不保存。"),
        _("文件名和文件内容"),
        _("和所办的事一起保存、一起删除"),
        basis=CONTRACT,
    ),
    PurposeText(
        "security",
        _("安全与审计"),
        _("防止冒用和攻击，并记下谁在什么时候看过、改过谁的信息，供你和审计查看。不用来分析你的行为。"),
        _("网络地址、浏览器类型、登录和操作时间"),
        _("12 个月（法律要求不少于 6 个月）"),
        basis=DUTY,
    ),
    PurposeText(
        "publication",
        _("公开姓名和职务"),
        _("在本网站公开你的姓名和你在组织、基地、服务队的职务，或代表人士身份，让会员和市民知道找谁。"),
        _("姓名、职务、任期"),
        _("撤回同意后 1 分钟内撤下"),
        optional=True,
    ),
    PurposeText(
        "roll",
        _("会员之间的名单"),
        _("你加入联谊组织以后，让同一个组织的会员在会员页的名单里看到你，方便互相认识。手机号永远不在名单里。"),
        _("姓名、类别、在这个组织的职务"),
        _("撤回同意后立即不再显示；退会后不再显示"),
        optional=True,
    ),
)
BY_CODE = {purpose.code: purpose for purpose in PURPOSES}
OPTIONAL = tuple(purpose.code for purpose in PURPOSES if purpose.optional)  # asked for at the end of joining

# Models of packages have no `PERSONAL`: model label → {field: purpose}. Their other fields are not personal.
OTHERS = {
    "account.EmailAddress": {"email": "account"},
    "account.EmailConfirmation": {},
    "usersessions.UserSession": {"ip": "security", "user_agent": "security", "data": "security"},
    "mfa.Authenticator": {"data": "security"},
    "admin.LogEntry": {"object_repr": "security", "change_message": "security"},
}
