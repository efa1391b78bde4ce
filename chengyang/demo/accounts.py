"""The cast of the demo (the same names as in the tests), and the officers who stand behind it."""

import datetime as dt
import os
import secrets
import string
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from chengyang import clock
from chengyang.platform.accounts.models import Role, User

from .bulk import insert
from .dataset import World

DOMAIN = "demo.invalid"  # reserved: no mail can ever reach it
FILE = "demo-accounts.txt"
PASSWORD_LENGTH = 14
READABLE = "".join(set(string.ascii_letters + string.digits) - set("0O1lIo"))
SINCE = dt.date(2017, 3, 1)  # the office was there before the first person was registered


@dataclass(frozen=True)
class Part:
    """One of the cast: account `<key>@demo.invalid`, an invented name, and what it is."""

    key: str
    name: str
    what: str
    role: str = ""
    area: str = ""


CAST = (
    Part("district", "孙立群", "区级工作人员（区委统战部）", Role.Kind.DISTRICT),
    Part("district_2", "曲文静", "区级工作人员，和上一位互为初审、复审", Role.Kind.DISTRICT),
    Part("xiazhuang", "于海宁", "夏庄街道工作人员", Role.Kind.SUBDISTRICT, "夏庄"),
    Part("liuting", "栾思远", "流亭街道工作人员，自己也提交了入册申请", Role.Kind.SUBDISTRICT, "流亭"),
    Part("editor", "纪雅楠", "编辑", Role.Kind.EDITOR),
    Part("secretary", "臧晨", "夏庄街道联谊会秘书长"),
    Part("base_manager", "矫永强", "夏新连心驿站负责人"),
    Part("leader", "姜晓彤", "“夏新连心”美丽乡村建设服务队队长"),
    Part("member", "林知夏", "会员，有票证、时长和候补"),
    Part("stranger", "高晗", "有账号、没有入册的市民"),
    Part("sysadmin", "江一帆", "系统管理员，看不到会员数据", Role.Kind.SYSTEM),
    Part("secadmin", "宫屹", "安全管理员，看不到会员数据", Role.Kind.SECURITY),
    Part("auditor", "辛敏", "审计管理员，看不到会员数据", Role.Kind.AUDIT),
)
NAMES = {part.key: part.name for part in CAST}
# Officers of the other subdistricts: they have done their part of the reviews, but are not for signing in.
OFFICERS = {
    "城阳": ("chengyang", "牟向东"),
    "惜福镇": ("xifuzhen", "隋海燕"),
    "棘洪滩": ("jihongtan", "逄玉林"),
    "上马": ("shangma", "韩春晓"),
    "河套": ("hetao", "迟守礼"),
    "红岛": ("hongdao", "宋月明"),
}


def make_cast(world: World) -> str:
    """Make the accounts of the cast and of the other officers; return what belongs into `demo-accounts.txt`."""
    secret = {part.key: settings.DEMO_PASSWORD or _password(part) for part in CAST}
    hashed = {password: make_password(password) for password in secret.values()}  # slow on purpose, so each one once
    dice = world.dice("accounts")
    made = insert(
        [
            *(_officer(world, dice, part.key, part.name, password=hashed[secret[part.key]]) for part in CAST),
            *(_officer(world, dice, key, name) for key, name in OFFICERS.values()),
            _officer(world, dice, "former", "薛明礼", is_active=False),
        ]
    )
    world.cast = dict(zip(secret, made, strict=False))
    others = dict(zip(OFFICERS, made[len(CAST) :], strict=False))
    world.officers = {**others, "夏庄": world.cast["xiazhuang"], "流亭": world.cast["liuting"]}
    insert(_roles(world, former=made[-1]))
    return "".join(f"{part.key}\t{part.key}@{DOMAIN}\t{secret[part.key]}\t{part.name}，{part.what}\n" for part in CAST)


def _password(part: Part) -> str:
    """Return a random password that our own rule accepts for the account; repeatable it must not be."""
    while True:
        password = "".join(secrets.choice(READABLE) for _ in range(PASSWORD_LENGTH))
        try:
            validate_password(password, User(email=f"{part.key}@{DOMAIN}", name=part.name))
        except ValidationError:
            continue
        return password


def _officer(world, dice, key, name, **fields) -> User:
    return user(
        world,
        dice,
        name=name,
        email=f"{key}@{DOMAIN}",
        password_set_at=world.midnight,
        date_joined=clock.at(SINCE, dt.time(9)),
        **fields,
    )


def user(world: World, dice, *, joined: dt.date | None = None, **fields) -> User:
    """Return an account that is not written yet, with a number of its own; without a password unless one is given."""
    if joined:
        fields["date_joined"] = dice.moment(joined, 8, 20)
    fields.setdefault("password", UNUSABLE_PASSWORD_PREFIX)
    return User(public_id=dice.public_id(), phone=next(world.phones), is_demo=True, **fields)


def _roles(world: World, former: User) -> list[Role]:
    roles = [_role(world.cast[part.key], part.role, world.subdistricts.get(part.area)) for part in CAST if part.role]
    kind = Role.Kind.SUBDISTRICT
    roles += [_role(world.officers[area], kind, world.subdistricts[area]) for area in OFFICERS]
    ended = _role(former, kind, world.subdistricts["夏庄"])
    ended.ends = dt.date(2021, 7, 1)
    return [*roles, ended]


def _role(account: User, kind: str, area=None) -> Role:
    return Role(user=account, kind=kind, subdistrict=area, starts=SINCE, is_demo=True)


def write_file(text: str) -> Path:
    """Write the accounts of the cast where only the owner of the data folder can read them; return where."""
    path = settings.CHENGYANG_HOME / FILE
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        target.write(text)
    return draft.replace(path)
