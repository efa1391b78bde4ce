"""What volunteers offer, who applies to a team, who waits for an offer, and an expert who helps with a request by name."""

import datetime as dt
from typing import Any

from chengyang import clock
from services.actions.volunteers import DECIDE_WITHIN
from services.models import Offer, OfferAlert, Post, Request, Share, TeamApplication, ThreadEntry
from services.states import RequestState, ShareState, TeamApplicationState

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource

SKILLS = {  # field of a team → what its people can do
    "startup": ("商业计划、融资", "门店选址、供应链", "招人、带团队"),
    "rural": ("采摘、装车", "村里的路和水", "手工、民宿"),
    "law": ("合同、劳动用工", "租赁纠纷", "知识产权"),
    "psychology": ("个人咨询", "亲子沟通", "职场减压"),
    "arts": ("合唱、排练", "书画", "主持、灯光"),
    "environment": ("净滩领队", "垃圾分类讲解", "环保课"),
    "media": ("剪辑、拍摄", "直播运营", "手机课"),
    "finance": ("报税、记账", "贷款材料", "年终体检"),
    "aid": ("助学探访", "物资登记", "陪老人看病"),
}
TIMES = ("周四、周五下午", "周末上午，每月 4 小时", "工作日晚上", "每月第二个周六")
WROTE, NAMED = 0.6, 0.5  # of the volunteers; of those who wrote something and have an account
# Applications: team, working days until it is due (None: decided), state.
APPLIED = (
    ("xiaxin-lianxin", -1, "applied"),
    ("xiaxin-lianxin", 2, "applied"),
    ("falv", 1, "applied"),
    ("wucaiyun", 3, "applied"),
    ("huanbao", None, "declined"),
    ("xiaxin-lianxin", None, "withdrawn"),
)
FULL = "队里这季度排满了，下季度再收。"


def make_volunteers(dataset: Dataset) -> None:
    """Create what volunteers offer, applications to teams, alerts, and a request on which an expert helps."""
    rng = dataset.random_source("volunteers")
    _describe(dataset, rng)
    insert(_applications(dataset, rng))
    off = Offer.objects.off().order_by("pk")
    alert = {"user": dataset.guests[0], "is_demo": True}
    insert([OfferAlert(offer=offer, at=rng.moment(dataset.ago(2), 9, 20), **alert) for offer in off])
    _expert_helps(dataset, rng)


def _describe(dataset: Dataset, rng: RandomSource) -> None:
    rows = list(Post.objects.on(dataset.today).select_related("team", "person").order_by("pk"))
    for row in rows:
        if row.kind == Post.Kind.LEADER or rng.chance(WROTE):
            row.skills, row.times = rng.choice(SKILLS[row.team.field]), rng.choice(TIMES)
            row.by_name = row.person.user_id is not None and rng.chance(NAMED)
    Post.objects.bulk_update(rows, ["skills", "times", "by_name"])


def _applications(dataset: Dataset, rng: RandomSource) -> list[TeamApplication]:
    in_teams = set(Post.objects.values_list("person", flat=True))
    free = [row for row in dataset.persons if row.user_id and row.pk not in in_teams and not row.user.email]
    people = iter(rng.sample(free, len(APPLIED)))
    return [_application(dataset, rng, person, *what) for person, what in zip(people, APPLIED, strict=True)]


def _application(
    dataset: Dataset, rng: RandomSource, person: Any, slug: str, due: int | None, state: str
) -> TeamApplication:
    team = dataset.teams[slug]
    day = dataset.ago(20) if due is None else dataset.started(DECIDE_WITHIN, dataset.workday(due))
    at = rng.moment(day, 9, 20)
    row = TeamApplication(
        public_id=rng.public_id(),
        team=team,
        person=person,
        skills=rng.choice(SKILLS[team.field]),
        times=rng.choice(TIMES),
        state=state,
        applied_at=at,
        due_on=None if due is None else dataset.due(day, DECIDE_WITHIN),
        is_demo=True,
    )
    if state != TeamApplicationState.APPLIED:
        is_declined = state == TeamApplicationState.DECLINED
        row.decided_by = dataset.managers[team] if is_declined else person.user
        row.decided_at, row.reason = at + dt.timedelta(days=2), FULL if is_declined else ""
    return row


def _expert_helps(dataset: Dataset, rng: RandomSource) -> None:
    """Ask an expert of another team by name to help with a request of a team."""
    running = Request.objects.filter(state__in=(RequestState.SUBMITTED, RequestState.ROUTED), team__isnull=False)
    asked = running.order_by("-due_on", "pk").select_related("team", "author").first()
    experts = Post.objects.experts().exclude(team=asked.team).exclude(person__user=asked.author_id)
    expert = experts.select_related("team", "person").order_by("team__slug", "pk").first()
    if expert is None:
        return
    leader, at = dataset.managers[asked.team], clock.at(dataset.ago(1), dt.time(15))
    at = max(at, asked.at)
    share = Share(request=asked, team=expert.team, expert=expert, role=Share.Role.HELP, state=ShareState.ASKED)
    share.public_id, share.asked_by, share.asked_at, share.is_demo = rng.public_id(), leader, at, True
    share.reason = "请看专业的那一段"
    insert([share])
    text = f"请{share.team}一起看：{share.reason}"
    fields = {"request": asked, "kind": "step", "by": leader, "unit": str(asked.team), "is_demo": True}
    insert([ThreadEntry(public_id=rng.public_id(), text=text, at=at, share=share, **fields)])
