"""Present and past posts, and memberships of organizations."""

import datetime as dt
from typing import Any

from bases.models import Post as BasePost
from members.models import Person
from organizations.actions import DECIDE_WITHIN
from organizations.models import Membership, Organization
from organizations.models import Post as OrganizationPost
from organizations.states import MembershipState
from services.models import Post as TeamPost

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource

CHAIR_FOR = 3  # years
BOARD = {"vice_chair": 3, "secretary": 1, "director": 5}
VOLUNTEERS = (10, 18)
SECRETARY_SINCE, MANAGER_SINCE, LEADER_SINCE = 700, 560, 800  # days that the personas have had their posts
FIELDS = {"startup": "startup", "law": "law", "psychology": "psychology", "arts": "arts", "environment": "environment"}
FIELDS |= {
    "media": "media",
    "finance": "finance",
    "aid": "aid",
    "rural": "aid",
}  # field of a team → skill of its people
MEMBERS = {"lianhehui": 320, "tianan-shumacheng": 64}  # of other organizations: SHARE of the eligible persons
SHARE = 0.42
MANAGING_KINDS = ("secretary", "manager", "leader")
LEAVES = 0.05
FOUNDERS = 15  # of organizations without a published number
# Applications for membership: organization, working days until it is due. The first four wait for the persona `secretary`.
APPLIED = (
    ("xiazhuang", -1),
    ("xiazhuang", 0),
    ("xiazhuang", 2),
    ("xiazhuang", 4),
    ("liuting", 1),
    ("liuting", 3),
    ("lianhehui", 0),
    ("lianhehui", 2),
    ("xinmeiti", 1),
    ("chengyang", 3),
)


class _AvailablePersons:
    """The persons who hold no post yet; each is taken once, so that nobody holds two posts."""

    def __init__(self, dataset: Dataset, rng: RandomSource) -> None:
        self.rng, self.taken = rng, {person.pk for person in dataset.persona_records.values()}
        self.people = dataset.persons

    def take(self, day: dt.date, *conditions: Any, account: bool = True) -> Person:
        """Take a person registered by `day` who meets all `conditions`; if there is none, drop conditions from the end.

        With `account` the person has an account. Raises LookupError when nobody is left at all.
        """
        for number in range(len(conditions), -1, -1):
            found = [person for person in self.people if self._fits(person, day, account, conditions[:number])]
            if found:
                person = self.rng.choice(found)
                self.taken.add(person.pk)
                return person
        raise LookupError(f"nobody was registered on {day}")

    def _fits(self, person: Person, day: dt.date, account: bool, conditions: Any) -> bool:
        if person.pk in self.taken or person.registered_on > day or (account and person.user_id is None):
            return False
        return all(condition(person) for condition in conditions)


def make_posts(dataset: Dataset) -> None:
    """Create the posts of all organizers, and the memberships of all organizations."""
    rng = dataset.random_source("posts")
    free = _AvailablePersons(dataset, rng)
    in_post: dict[int, set[int]] = {}
    for organizer in dataset.organizations.values():
        posts = insert(_of_organization(dataset, rng, free, organizer))
        in_post[organizer.pk] = {post.person_id for post in posts if post.ends is None}
        _note_manager(dataset, organizer, posts)
    for base in dataset.bases.values():
        _note_manager(dataset, base, insert(_of_base(dataset, rng, free, base)))
    for team in dataset.teams.values():
        _note_manager(dataset, team, insert(_of_team(dataset, rng, free, team)))
    _memberships(dataset, dataset.random_source("memberships"), in_post)


def _note_manager(dataset: Dataset, organizer: Any, posts: list[Any]) -> None:
    """Enter the present secretary, manager or leader of `organizer` in `dataset.managers`, if they have an account."""
    for post in posts:
        if post.ends is None and post.kind in MANAGING_KINDS and post.person.user_id:
            dataset.managers[organizer] = post.person.user


# ---- posts -----------------------------------------------------------------------------------------------------------
def _post(
    dataset: Dataset, model: Any, person: Person, kind: str, starts: dt.date, ends: dt.date | None, **about
) -> Any:
    is_public = ends is None and person.pk in dataset.shown
    return model(person=person, kind=kind, starts=starts, ends=ends, is_public=is_public, is_demo=True, **about)


def _spans(dataset: Dataset, first: dt.date, years: int) -> list[tuple[dt.date, dt.date | None]]:
    """Return (start, end) of the consecutive terms since `first`; the present term has no end."""
    spans: list[tuple[dt.date, dt.date | None]] = []
    while first < dataset.today:
        ends = first.replace(year=first.year + years)
        spans.append((first, ends if ends <= dataset.today else None))
        first = ends
    return spans


def eligible(dataset: Dataset, organizer: Organization) -> Any:
    """Return a function person → whether they may join the organization (subdistrict, else category)."""
    if organizer.subdistrict_id:
        return lambda person: person.subdistrict_id == organizer.subdistrict_id
    codes = set(organizer.categories.values_list("pk", flat=True))
    return lambda person: not codes or person.category_id in codes


def _of_organization(
    dataset: Dataset, rng: RandomSource, free: _AvailablePersons, organizer: Organization
) -> list[OrganizationPost]:
    for_it = eligible(dataset, organizer)
    first = max(organizer.founded_on, dt.date(2017, 11, 16))
    posts = []
    for starts, ends in _spans(dataset, first, CHAIR_FOR):
        chair = free.take(starts, for_it, account=ends is None)
        posts.append(_post(dataset, OrganizationPost, chair, "chair", starts, ends, organization=organizer))
    starts, ends = _spans(dataset, first, CHAIR_FOR)[-1]
    for kind, number in BOARD.items():
        for _ in range(number):
            person = free.take(starts, for_it)
            posts.append(_post(dataset, OrganizationPost, person, kind, starts, ends, organization=organizer))
    return _with_secretary(dataset, posts, organizer) if organizer.slug == "xiazhuang" else posts


def _with_secretary(dataset: Dataset, posts: list[OrganizationPost], organizer: Organization) -> list[OrganizationPost]:
    """Return `posts` with the persona `secretary` as the successor of the first secretary, and `member` as a vice-chair."""
    since = dataset.ago(SECRETARY_SINCE)
    before = next(post for post in posts if post.kind == "secretary")
    before.starts, before.ends, before.is_public = min(before.starts, since - dt.timedelta(days=700)), since, False
    mine = _post(
        dataset,
        OrganizationPost,
        dataset.persona_records["secretary"],
        "secretary",
        since,
        None,
        organization=organizer,
    )
    chairing = _post(
        dataset,
        OrganizationPost,
        dataset.persona_records["member"],
        "vice_chair",
        since,
        None,
        organization=organizer,
    )
    return [*posts, mine, chairing]


def _of_base(dataset: Dataset, rng: RandomSource, free: _AvailablePersons, base: Any) -> list[BasePost]:
    near = (lambda person: person.subdistrict_id == base.subdistrict_id) if base.subdistrict_id else lambda person: True
    is_scripted = base.slug == "xiaxin-lianxin"
    since = dataset.ago(MANAGER_SINCE) if is_scripted else rng.day(dataset.ago(900), dataset.ago(200))
    first = max(base.opened_on, dt.date(2019, 1, 15))
    manager = dataset.persona_records["base_manager"] if is_scripted else free.take(since, near)
    posts = [_post(dataset, BasePost, manager, "manager", since, None, base=base)]
    if first < since:
        before = free.take(first, near, account=False)
        posts.append(_post(dataset, BasePost, before, "manager", first, since, base=base))
    guide_since = rng.day(dataset.ago(600), dataset.ago(60))
    return [*posts, _post(dataset, BasePost, free.take(guide_since, near), "guide", guide_since, None, base=base)]


def _of_team(dataset: Dataset, rng: RandomSource, free: _AvailablePersons, team: Any) -> list[TeamPost]:
    can = FIELDS[team.field]

    def able(person: Person) -> bool:
        return can in person.can

    def near(person: Person) -> bool:
        return team.subdistrict_id is None or person.subdistrict_id == team.subdistrict_id

    is_scripted = team.slug == "xiaxin-lianxin"
    since = dataset.ago(LEADER_SINCE) if is_scripted else rng.day(dataset.ago(1200), dataset.ago(150))
    leader = dataset.persona_records["leader"] if is_scripted else free.take(since, near, able)
    posts = [_post(dataset, TeamPost, leader, "leader", since, None, team=team)]
    for _ in range(rng.randint(*VOLUNTEERS)):
        starts = rng.day(dataset.ago(1000), dataset.ago(20))
        ends = rng.day(starts + dt.timedelta(days=90), dataset.ago(3)) if rng.chance(0.15) else None
        ends = ends if ends is None or ends <= dataset.today else None
        posts.append(
            _post(dataset, TeamPost, free.take(starts, near, able, account=False), "volunteer", starts, ends, team=team)
        )
    if is_scripted:
        posts.append(
            _post(dataset, TeamPost, dataset.persona_records["member"], "volunteer", dataset.ago(500), None, team=team)
        )
    return posts


# ---- members ---------------------------------------------------------------------------------------------------------
def _memberships(dataset: Dataset, rng: RandomSource, in_post: dict[int, set[int]]) -> None:
    rows = []
    for organizer in dataset.organizations.values():
        people = _members_of(dataset, rng, organizer, in_post[organizer.pk])
        found = [_membership(dataset, rng, organizer, person, place) for place, person in enumerate(people)]
        _leave(
            dataset,
            rng,
            found,
            staying=in_post[organizer.pk] | {person.pk for person in dataset.persona_records.values()},
        )
        dataset.members[organizer.pk] = [row.person for row in found if row.state == MembershipState.ACTIVE]
        rows += found
    rows += _applied(dataset, rng)
    insert(rows)


def _members_of(dataset: Dataset, rng: RandomSource, organizer: Organization, in_post: set[int]) -> list[Person]:
    """Return the members in order of registration: holders of posts, registered personas of 夏庄, and others."""
    for_it = eligible(dataset, organizer)
    people = [person for person in dataset.persons if for_it(person) or person.pk in in_post]
    number = min(MEMBERS.get(organizer.slug, int(len(people) * SHARE)), len(people))
    always = in_post | {
        person.pk for person in dataset.persona_records.values() if organizer.slug in ("xiazhuang", "xinmeiti")
    }
    if organizer.founding_members:  # the persons registered first are the founders
        always |= {person.pk for person in people[: organizer.founding_members]}
    chosen = [person for person in people if person.pk in always]
    others = [person for person in people if person.pk not in always]
    chosen += rng.sample(others, max(number - len(chosen), 0))
    return sorted(chosen, key=lambda person: person.pk)


def _membership(dataset: Dataset, rng: RandomSource, organizer: Organization, person: Person, place: int) -> Membership:
    founded = dt.date(2017, 11, 16) if organizer.founded_on.year == 2017 else organizer.founded_on
    is_founder = place < (organizer.founding_members or FOUNDERS)
    first = max(founded, person.registered_on)
    joined = first if is_founder else rng.day(first, min(dataset.ago(1), first + dt.timedelta(days=500)))
    return Membership(
        public_id=rng.public_id(),
        organization=organizer,
        person=person,
        state=MembershipState.ACTIVE,
        applied_at=rng.moment(joined - dt.timedelta(days=2), 9, 20),
        joined_on=joined,
        decided_at=rng.moment(joined - dt.timedelta(days=1), 9, 17),
        is_demo=True,
    )


def _leave(dataset: Dataset, rng: RandomSource, rows: list[Membership], staying: set[int]) -> None:
    """End a few memberships that are older than 90 days; nobody in `staying` (person keys) leaves."""
    for row in rows:
        if row.person_id not in staying and row.joined_on < dataset.ago(90) and rng.chance(LEAVES):
            row.state, row.left_on = (
                MembershipState.LEFT,
                rng.day(row.joined_on + dt.timedelta(days=60), dataset.ago(5)),
            )


def _applied(dataset: Dataset, rng: RandomSource) -> list[Membership]:
    rows = []
    for slug, due in APPLIED:
        organizer = dataset.organizations[slug]
        members = {person.pk for person in dataset.members[organizer.pk]} | {row.person_id for row in rows}
        for_it = eligible(dataset, organizer)
        fresh = [p for p in dataset.persons if p.user_id and not p.user.email and p.pk not in members and for_it(p)]
        day = dataset.started(DECIDE_WITHIN, dataset.workday(due))
        rows.append(
            Membership(
                public_id=rng.public_id(),
                organization=organizer,
                person=rng.choice(fresh),
                applied_at=rng.moment(day, 9, 20),
                due_on=dataset.due(day, DECIDE_WITHIN),
                is_demo=True,
            )
        )
    return rows
