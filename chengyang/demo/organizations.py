"""What organizations have beside members and posts: a tree, fields of work, codes, charters; one in preparation, one suspended."""

import datetime as dt
import hashlib
from typing import Any

from django.core.files.base import ContentFile

from chengyang import clock
from chengyang.lib.chinese import credit_codes
from chengyang.platform.files.models import File
from organizations.models import Assessment, Charter, Kind, LifeStep, Membership, Organization, Post, WorkField
from organizations.states import ChangeState, MembershipState, OrganizationState

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource

DISTRICT = "lianhehui"  # above the other organizations
FIELDS = {
    "xiazhuang": ("xiangcun", "gongyi"),
    "liuting": ("qiye", "caishui"),
    "hetao": ("keji", "qiye"),
    "xinmeiti": ("xinmeiti", "wenhua"),
    "ziyou-zhiye": ("wenhua", "gongyi"),
}
PLACES = {"xiazhuang": "夏庄街道夏新连心驿站二楼", "xinmeiti": "新媒体创作营一楼", "ziyou-zhiye": "向阳会客厅"}
PURPOSE = "遵守法律法规，联系会员、服务会员，把大家的专长用在城阳的发展和街坊的事情上。"
REGISTERED = ("xinmeiti", "ziyou-zhiye")  # with codes of the district, whose organization numbers are none
CHARTERS = {"xinmeiti": 2, "xiazhuang": 1, "suspended": 1, "preparing": 1}
PREPARING, SUSPENDED = "sheying", "wangluo-zhubo"
PLAN = "办四次外拍，给每个街道拍一组照片\n一月一次看片会，会员轮流主持\n给三家服务队拍活动，年底办一次展"


def make_organizations(dataset: Dataset) -> None:
    """Fill in the organizations of the seed, and create one in preparation and one that is suspended."""
    rng = dataset.random_source("organizations")
    found = dict(dataset.organizations)
    kinds = {kind.code: kind for kind in Kind.objects.all()}
    fields = {row.code: row for row in WorkField.objects.all()}
    for slug, organization in found.items():
        if organization.is_demo:
            organization.parent = found[DISTRICT]
            organization.place, organization.purpose = PLACES.get(slug, ""), PURPOSE
            organization.credit_code = _code(REGISTERED.index(slug)) if slug in REGISTERED else ""
            organization.save(update_fields=["parent", "place", "purpose", "credit_code"])
            organization.work_fields.set([fields[code] for code in FIELDS.get(slug, ())])
    suspended = _suspended(dataset, rng, kinds, found[DISTRICT])
    preparing = _preparing(dataset, rng, kinds, found["xinmeiti"])
    preparing.work_fields.set([fields["wenhua"]])
    suspended.work_fields.set([fields["xinmeiti"]])
    for slug, number in CHARTERS.items():
        organization = {"suspended": suspended, "preparing": preparing}.get(slug) or found[slug]
        _charters(dataset, rng, organization, number)


def _code(number: int) -> str:
    """Return a code with its check digit; the digits of an organization of no district (000000) mark it as invented."""
    body = f"51000000DEM0{number:05d}"
    return body + credit_codes.check_digit(body)


def _suspended(dataset: Dataset, rng: RandomSource, kinds: dict[str, Kind], parent: Organization) -> Organization:
    since = dataset.ago(40)
    (organization,) = insert(
        [
            Organization(
                public_id=rng.public_id(),
                slug=SUSPENDED,
                name="城阳区网络主播联谊会",
                kind=kinds["wanglianhui"],
                level="district",
                parent=parent,
                state=OrganizationState.SUSPENDED,
                founded_text="2024-05-18",
                founded_on=dt.date(2024, 5, 18),
                founding_members=14,
                suspended_on=since,
                summary="面向本地主播的联谊会，场地到期，正在找新的。",
                is_published=True,
                is_demo=True,
            )
        ]
    )
    people = _people(dataset, "new_media", 14)
    _members(dataset, organization, people, dt.date(2024, 5, 18))
    _step(
        dataset,
        organization,
        LifeStep.Kind.SUSPEND,
        since,
        cause="场地租约到期，换好场地、核完名册再恢复。",
        state=ChangeState.AGREED,
        agreed_by=dataset.personas["district_2"],
        agreed_at=clock.at(since - dt.timedelta(days=2), dt.time(15)),
        effected_at=clock.at(since, dt.time(0, 1)),
    )
    return organization


def _preparing(dataset: Dataset, rng: RandomSource, kinds: dict[str, Kind], parent: Organization) -> Organization:
    (organization,) = insert(
        [
            Organization(
                public_id=rng.public_id(),
                slug=PREPARING,
                name="城阳区新媒体从业人员联谊会摄影专委会",
                kind=kinds["zhuanweihui"],
                level="district",
                parent=parent,
                summary="爱拍照的会员想一起做点事：给街道、给服务队拍照片。",
                purpose=PURPOSE,
                place="新媒体创作营一楼",
                is_demo=True,
            )
        ]
    )
    people = _people(dataset, "new_media", 40)[20:32]
    _members(dataset, organization, people, dataset.ago(20))
    chair, *others = people
    insert(
        Post(organization=organization, person=person, kind=kind, starts=dataset.ago(12), is_demo=True)
        for person, kind in ((chair, "chair"), (others[0], "vice_chair"), (others[1], "director"))
    )
    insert(
        [
            Assessment(
                public_id=rng.public_id(),
                organization=organization,
                version=dataset.standards["five_goods"],
                state="open",
                findings={"leader": {"note": "筹备会推选，“四有”评定达标。", "link": "", "file": ""}},
                is_demo=True,
            )
        ]
    )
    _step(
        dataset,
        organization,
        LifeStep.Kind.FOUND,
        dataset.ahead(12),
        plan=PLAN,
        approval="",
        approved_on=None,
        submitted_by=None,
        submitted_at=None,
    )
    return organization


def _people(dataset: Dataset, category: str, number: int) -> list[Any]:
    return [person for person in dataset.persons if person.category.code == category][:number]


def _members(dataset: Dataset, organization: Organization, people: list[Any], since: dt.date) -> None:
    rng = dataset.random_source(f"members of {organization.slug}")
    insert(
        Membership(
            public_id=rng.public_id(),
            organization=organization,
            person=person,
            state=MembershipState.ACTIVE,
            applied_at=clock.at(max(since, person.registered_on), dt.time(10)),
            joined_on=max(since, person.registered_on),
            is_demo=True,
        )
        for person in people
    )


def _step(dataset: Dataset, organization: Organization, kind: str, on: dt.date, **fields: Any) -> None:
    rng = dataset.random_source(f"step of {organization.slug}")
    decided = min(on - dt.timedelta(days=6), dataset.ago(3))
    officer, at = dataset.personas["district"], clock.at(decided, dt.time(14))
    given = {
        "resolution": "筹备会，应到 12 人，实到 11 人，一致同意" if kind == "found" else "理事会，应到 5 人，实到 5 人",
        "resolved_on": decided,
        "approval": "区委统战部，同意",
        "approved_on": decided,
        "prepared_by": officer,
        "submitted_by": officer,
        "submitted_at": at,
        **fields,
    }
    insert([LifeStep(public_id=rng.public_id(), organization=organization, kind=kind, on=on, is_demo=True, **given)])


def _charters(dataset: Dataset, rng: RandomSource, organization: Organization, number: int) -> None:
    first = organization.founded_on or dataset.ago(10)
    last = dataset.ago(10)
    owner = dataset.personas["district"]
    rows = []
    for place in range(number):
        day = first + (last - first) * place // max(number, 1)
        where = "第一次会员大会" if not place else f"第{'一二三'[place]}次会员大会，修订"
        note = "" if not place else "增写会长轮值和换届的办法"
        rows.append(
            Charter(
                public_id=rng.public_id(),
                organization=organization,
                number=place + 1,
                adopted_on=day,
                adopted_by=where,
                starts=day,
                note=note,
                uploaded_by=owner,
                uploaded_at=clock.at(min(max(day, dataset.ago(400)), dataset.ago(2)), dt.time(16)),
                is_demo=True,
            )
        )
    for row in insert(rows):
        data = pdf("DEMO - charter")
        file = File(
            public_id=rng.public_id(),
            owner=owner,
            name=f"{organization.name}章程.pdf",
            content_type="application/pdf",
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            attached_to="organizations.Charter",
            attached_id=row.public_id,
            at=row.uploaded_at,
        )
        file.content.save(f"{row.uploaded_at:%Y/%m}/demo-{row.public_id}.pdf", ContentFile(data), save=False)
        file.save(force_insert=True)


def pdf(text: str) -> bytes:
    """Return a PDF of one page with the Latin `text`."""
    stream = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    data, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(data)
