"""Fixtures of proposals: one at each stage, with what it needs."""

import pytest

from chengyang import clock
from services.models import Department, Proposal
from services.proposals import actions
from tests import personas

TEXTS = {
    "title": "夜间公交多停一站",
    "topic": "traffic",
    "situation": "末班车 20:30，多数公司 21:00 下班，园区约 400 人要走两公里。",
    "wish": "一、周一到周五延到 22:00；二、先试一个月。",
}
ANSWER = "延长班次可以先试一个月，试后再定。"


def fresh(row):
    """Return `row` read again."""
    return type(row)._base_manager.get(pk=row.pk)


@pytest.fixture
def friend(reference):
    """A registered person who signs with the author."""
    account = personas.user("friend")
    personas.person(name="古丽米热·艾山", account=account)
    return account


@pytest.fixture
def unit(db):
    return Department.objects.create(name="区交通运输部门", contact_name="岑以宁", phone="+8615412345678")


@pytest.fixture
def draft(member):
    return actions.draft_proposal(actor=member, **TEXTS)


@pytest.fixture
def submitted(draft, member, district, district_2):
    return actions.submit_proposal(draft, actor=member)


@pytest.fixture
def accepted(submitted, district):
    return actions.accept_proposal(submitted, actor=district)


@pytest.fixture
def forwarded(accepted, district, unit):
    return actions.forward_proposal(accepted, actor=district, department=unit)


@pytest.fixture
def link(forwarded):
    return forwarded.links.get()


@pytest.fixture
def answered(link):
    day = clock.today() + 30 * clock.today().resolution
    referral = actions.answer_by_link(link, answer=ANSWER, result="adopted", promises=[("末班车试行到 22:00", day)])
    return Proposal.objects.get(pk=referral.proposal_id)


@pytest.fixture
def edition(answered, district):
    texts = {name: getattr(answered, name) for name in ("title", "situation", "wish")}
    return actions.clean_proposal(answered, actor=district, answer=ANSWER, **texts)


@pytest.fixture
def published(edition, district_2):
    return actions.publish_proposal(edition, actor=district_2)
