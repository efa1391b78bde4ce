"""The personas of the tests: `make(name)` creates the account and the role, post or membership of a persona."""

import datetime as dt

from django.contrib.auth.models import AnonymousUser

from bases.models import Base
from bases.models import Post as BasePost
from chengyang import clock
from chengyang.platform.accounts.models import Role, Subdistrict, User
from members.models import Category, Person
from organizations.models import Membership, Organization
from organizations.models import Post as OrganizationPost
from services.models import Alliance, Offer, Team
from services.models import Post as TeamPost

ROLES = {
    "district": (Role.Kind.DISTRICT, None),
    "district_2": (Role.Kind.DISTRICT, None),
    "xiazhuang": (Role.Kind.SUBDISTRICT, "夏庄街道"),
    "liuting": (Role.Kind.SUBDISTRICT, "流亭街道"),
    "editor": (Role.Kind.EDITOR, None),
    "sysadmin": (Role.Kind.SYSTEM, None),
    "secadmin": (Role.Kind.SECURITY, None),
    "auditor": (Role.Kind.AUDIT, None),
}
PEOPLE = ("secretary", "base_manager", "leader", "member")
NAMES = (*ROLES, *PEOPLE, "stranger")
STARTED = dt.date(2020, 1, 1)


def reference():
    """Create the code tables; return the subdistrict 夏庄, to which the personas belong by default."""
    subdistricts = [
        Subdistrict(name=name, code=f"37021400{order + 2}", order=order)
        for order, name in enumerate(["夏庄街道", "流亭街道"])
    ]
    Subdistrict.objects.bulk_create(subdistricts, ignore_conflicts=True)
    categories = {"enterprise": "民营企业和外商投资企业管理技术人员", "new_media": "新媒体从业人员"}
    Category.objects.bulk_create(
        [Category(code=code, name=name, order=order) for order, (code, name) in enumerate(categories.items())],
        ignore_conflicts=True,
    )
    return Subdistrict.objects.get(name="夏庄街道")


def _first_or_create(model, key, defaults):
    """Return the row of `model` with the values of `key`, or create it with `defaults`: two statements less than
    `get_or_create`, which matters because nearly every test begins with several personas."""
    return model.objects.filter(**key).first() or model.objects.create(**key, **defaults)


def visitor():
    return AnonymousUser()


def user(name, **fields):
    """Return the account `<name>@demo.invalid`; create it if it is missing."""
    return _first_or_create(User, {"email": f"{name}@demo.invalid"}, {"name": name, **fields})


def person(name="周予安", *, account=None, **fields):
    """Create an active person of 夏庄."""
    defaults = {
        "category": Category.objects.get(code="enterprise"),
        "subdistrict": Subdistrict.objects.get(name="夏庄街道"),
        "unit": "青岛澄海文化传媒有限公司",
        "user": account,
    }
    return Person.objects.create(name=name, **{**defaults, **fields})


def organization(**fields):
    defaults = {
        "name": "夏庄街道新的社会阶层代表人士联谊会",
        "level": "subdistrict",
        "subdistrict": Subdistrict.objects.get(name="夏庄街道"),
        "state": "founded",
        "founded_on": dt.date(2019, 1, 1),
        "is_published": True,
    }
    slug = fields.pop("slug", "xiazhuang")
    return _first_or_create(Organization, {"slug": slug}, {**defaults, **fields})


def base(**fields):
    defaults = {
        "name": "夏新连心驿站",
        "level": "community",
        "subdistrict": Subdistrict.objects.get(name="夏庄街道"),
        "state": "operating",
        "opened_on": dt.date(2019, 1, 1),
        "is_published": True,
    }
    slug = fields.pop("slug", "xiaxin")
    return _first_or_create(Base, {"slug": slug}, {**defaults, **fields})


def team(**fields):
    alliance = _first_or_create(Alliance, {"name": "城新同行"}, {})
    defaults = {"name": "“夏新连心”美丽乡村建设服务队", "alliance": alliance, "field": "rural", "is_published": True}
    slug, services = fields.pop("slug", "xiaxin-lianxin"), fields.pop("services", ())
    found = _first_or_create(Team, {"slug": slug}, {**defaults, **fields})
    for position, name in enumerate(services, start=1):
        Offer.objects.get_or_create(team=found, name=name, defaults={"position": position})
    return found


def stepped_up(browser):
    """Return the test client `browser` after it has answered who it is (`accounts.step_up`)."""
    session = browser.session
    session["stepped_up_at"] = clock.now().timestamp()
    session.save()
    return browser


def make(name):
    """Return the account of the persona `name`; create it, with its role, post or membership, if it is missing."""
    account = user(name)
    if name in ROLES:
        kind, where = ROLES[name]
        area = Subdistrict.objects.get(name=where) if where else None
        _first_or_create(Role, {"user": account, "kind": kind, "subdistrict": area}, {"starts": STARTED})
    elif name in PEOPLE and not Person.objects.filter(user=account).exists():
        _add_post(name, person(name=PEOPLE_NAMES[name], account=account))
    return account


PEOPLE_NAMES = {"secretary": "曾国藩", "base_manager": "单雄信", "leader": "欧阳修", "member": "林知夏"}


def _add_post(name, holder):
    if name == "secretary":
        OrganizationPost.objects.create(person=holder, organization=organization(), kind="secretary", starts=STARTED)
    elif name == "base_manager":
        BasePost.objects.create(person=holder, base=base(), kind="manager", starts=STARTED)
    elif name == "leader":
        TeamPost.objects.create(person=holder, team=team(), kind="leader", starts=STARTED)
    else:
        Membership.objects.create(
            person=holder,
            organization=organization(),
            state="active",
            joined_on=clock.today() - dt.timedelta(days=30),
        )
