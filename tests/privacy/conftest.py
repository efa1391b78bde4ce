"""Fixtures of the tests of consents: rules, purposes and an account."""

import pytest

from chengyang.platform.accounts.models import User
from chengyang.platform.privacy.models import PolicyVersion, Purpose


@pytest.fixture
def rules(db):
    """Create two purposes and the first version of the rules."""
    for order, code in enumerate(["registration", "publication"]):
        Purpose.objects.create(
            code=code, name=code, text="用来……", categories="姓名", retention="退出后 30 天", order=order
        )
    return PolicyVersion.objects.create(version=1, text="第一条\n## 标题\n- 一\n- 二\n")


@pytest.fixture
def zhixia(db):
    return User.objects.create(name="林知夏", phone="+8615400000001")
