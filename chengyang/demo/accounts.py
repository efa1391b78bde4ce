"""The accounts of the demo: the personas, which have the same names as in the tests, and other officers."""

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
from .dataset import Dataset

DOMAIN = "demo.invalid"  # the domain is reserved (RFC 2606): no mail can be delivered to it
FILE = "demo-accounts.txt"
PASSWORD_LENGTH = 14
READABLE = "".join(set(string.ascii_letters + string.digits) - set("0O1lIo"))
SINCE = dt.date(2017, 3, 1)  # roles start before the first person is registered


@dataclass(frozen=True)
class Persona:
    """A persona: the account `<key>@demo.invalid`, an invented name, and a description for `demo-accounts.txt`."""

    key: str
    name: str
    what: str
    role: str = ""
    area: str = ""


PERSONAS = (
    Persona("district", "孙立群", "区级工作人员（区委统战部）", Role.Kind.DISTRICT),
    Persona("district_2", "曲文静", "区级工作人员，和上一位互为初审、复审", Role.Kind.DISTRICT),
    Persona("xiazhuang", "于海宁", "夏庄街道工作人员", Role.Kind.SUBDISTRICT, "夏庄"),
    Persona("liuting", "栾思远", "流亭街道工作人员，自己也提交了入册申请", Role.Kind.SUBDISTRICT, "流亭"),
    Persona("editor", "纪雅楠", "编辑", Role.Kind.EDITOR),
    Persona("secretary", "臧晨", "夏庄街道联谊会秘书长"),
    Persona("base_manager", "矫永强", "夏新连心驿站负责人"),
    Persona("leader", "姜晓彤", "“夏新连心”美丽乡村建设服务队队长"),
    Persona("member", "林知夏", "会员，有票证、时长和候补"),
    Persona("stranger", "高晗", "有账号、没有入册的市民"),
    Persona("sysadmin", "江一帆", "系统管理员，看不到会员数据", Role.Kind.SYSTEM),
    Persona("secadmin", "宫屹", "安全管理员，看不到会员数据", Role.Kind.SECURITY),
    Persona("auditor", "辛敏", "审计管理员，看不到会员数据", Role.Kind.AUDIT),
)
NAMES = {persona.key: persona.name for persona in PERSONAS}
# Officers of the other subdistricts. They appear as reviewers; their accounts have no password.
OFFICERS = {
    "城阳": ("chengyang", "牟向东"),
    "惜福镇": ("xifuzhen", "隋海燕"),
    "棘洪滩": ("jihongtan", "逄玉林"),
    "上马": ("shangma", "韩春晓"),
    "河套": ("hetao", "迟守礼"),
    "红岛": ("hongdao", "宋月明"),
}


def make_persona_accounts(dataset: Dataset) -> str:
    """Create the accounts of the personas and of the other officers; return the text for `demo-accounts.txt`."""
    secret = {persona.key: settings.DEMO_PASSWORD or _password(persona) for persona in PERSONAS}
    hashed = {
        password: make_password(password) for password in secret.values()
    }  # hashing is slow on purpose: hash each password once
    rng = dataset.random_source("accounts")
    made = insert(
        [
            *(
                _officer(dataset, rng, persona.key, persona.name, password=hashed[secret[persona.key]])
                for persona in PERSONAS
            ),
            *(_officer(dataset, rng, key, name) for key, name in OFFICERS.values()),
            _officer(dataset, rng, "former", "薛明礼", is_active=False),
        ]
    )
    dataset.personas = dict(zip(secret, made, strict=False))
    others = dict(zip(OFFICERS, made[len(PERSONAS) :], strict=False))
    dataset.officers = {**others, "夏庄": dataset.personas["xiazhuang"], "流亭": dataset.personas["liuting"]}
    insert(_roles(dataset, former=made[-1]))
    return "".join(
        f"{persona.key}\t{persona.key}@{DOMAIN}\t{secret[persona.key]}\t{persona.name}，{persona.what}\n"
        for persona in PERSONAS
    )


def _password(persona: Persona) -> str:
    """Return a random password that passes the password validators.

    It comes from `secrets` and not from the seed: a published seed must not reveal the passwords.
    """
    while True:
        password = "".join(secrets.choice(READABLE) for _ in range(PASSWORD_LENGTH))
        try:
            validate_password(password, User(email=f"{persona.key}@{DOMAIN}", name=persona.name))
        except ValidationError:
            continue
        return password


def _officer(dataset, rng, key, name, **fields) -> User:
    return user(
        dataset,
        rng,
        name=name,
        email=f"{key}@{DOMAIN}",
        password_set_at=dataset.midnight,
        date_joined=clock.at(SINCE, dt.time(9)),
        **fields,
    )


def user(dataset: Dataset, rng, *, joined: dt.date | None = None, **fields) -> User:
    """Return an unsaved account with a phone number of its own; without a usable password unless `fields` has one."""
    if joined:
        fields["date_joined"] = rng.moment(joined, 8, 20)
    fields.setdefault("password", UNUSABLE_PASSWORD_PREFIX)
    return User(public_id=rng.public_id(), phone=next(dataset.phones), is_demo=True, **fields)


def _roles(dataset: Dataset, former: User) -> list[Role]:
    roles = [
        _role(dataset.personas[persona.key], persona.role, dataset.subdistricts.get(persona.area))
        for persona in PERSONAS
        if persona.role
    ]
    kind = Role.Kind.SUBDISTRICT
    roles += [_role(dataset.officers[area], kind, dataset.subdistricts[area]) for area in OFFICERS]
    ended = _role(former, kind, dataset.subdistricts["夏庄"])
    ended.ends = dt.date(2021, 7, 1)
    return [*roles, ended]


def _role(account: User, kind: str, area=None) -> Role:
    return Role(user=account, kind=kind, subdistrict=area, starts=SINCE, is_demo=True)


def write_file(text: str) -> Path:
    """Write the accounts of the personas to `$CHENGYANG_HOME/demo-accounts.txt` (mode 0600); return its path."""
    path = settings.CHENGYANG_HOME / FILE
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        target.write(text)
    return draft.replace(path)
