"""What the lists of services of the teams say: invented details of the published names, marked as such."""

from services.models import Offer

from .dataset import Dataset
from .words import words

# for whom, how long, when, working days before, where, price
DETAILS = (
    (
        "给刚起步或想转行的人：把想法、钱和第一批客户理一遍。",
        "每次 60 分钟",
        "每周二、周四下午",
        2,
        "嗨创天地，也可线上",
        "免费",
    ),
    ("给小微企业和个体户：合同、账、用工先看一遍。", "5 个工作日看完", "工作日", 0, "线上为主", "免费，检索费按实"),
    ("给想带好团队的人，六人成班。", "3 次课，每次 2 小时", "每月两班", 10, "到你单位，全区", "免费"),
    ("给街道、社区和园区：按需要上门。", "半天", "周末", 5, "全区", "免费，材料自备"),
)
OFF_FOR, OFF = 10, "导师出差"  # days


def make_offers(dataset: Dataset) -> None:
    """Fill in the details of all offers, add lists to some teams, and switch one offer off for ten days."""
    rng = dataset.random_source("offers")
    for slug, team in dataset.teams.items():
        names = words["teams"].get(slug, {}).get("services", ())
        known = set(team.offers.values_list("name", flat=True))
        Offer.objects.bulk_create(
            Offer(public_id=rng.public_id(), team=team, name=name, position=number)
            for number, name in enumerate(names, start=len(known) + 1)
            if name not in known
        )
    rows = list(Offer.objects.order_by("team__slug", "position"))
    for number, row in enumerate(rows):
        row.for_whom, row.duration, row.times, row.lead_days, row.area, row.price = DETAILS[number % len(DETAILS)]
        row.is_demo = True
    rows[-1].off_from, rows[-1].off_until, rows[-1].off_reason = dataset.ago(3), dataset.ago(3 - OFF_FOR), OFF
    Offer.objects.bulk_update(
        rows,
        [
            "for_whom",
            "duration",
            "times",
            "lead_days",
            "area",
            "price",
            "is_demo",
            "off_from",
            "off_until",
            "off_reason",
        ],
    )
