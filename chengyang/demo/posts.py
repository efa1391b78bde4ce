"""Who holds which post, today and before, and who is a member of which organization."""

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
from .dataset import World
from .randomness import Dice

CHAIR_FOR = 3  # years
BOARD = {"vice_chair": 3, "secretary": 1, "director": 5}
VOLUNTEERS = (10, 18)
SECRETARY_SINCE, MANAGER_SINCE, LEADER_SINCE = 700, 560, 800  # days, of the cast
FIELDS = {"startup": "startup", "law": "law", "psychology": "psychology", "arts": "arts", "environment": "environment"}
FIELDS |= {"media": "media", "finance": "finance", "aid": "aid", "rural": "aid"}  # of a team: what its people can
MEMBERS = {"lianhehui": 320, "tianan-shumacheng": 64}  # the others have a share of those they are for
SHARE = 0.42
KEEPERS = ("secretary", "manager", "leader")
LEAVES = 0.05
FOUNDERS = 15  # where it was not published how many there were
# Applications for membership: organization, due in working days. The secretary of the cast has the first four.
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


class _Free:
    """Persons who hold no post yet: nobody gets a second one."""

    def __init__(self, world: World, dice: Dice) -> None:
        self.dice, self.taken = dice, {person.pk for person in world.roles.values()}
        self.people = world.persons

    def take(self, day: dt.date, *conditions: Any, account: bool = True) -> Person:
        """Take one of whom all `conditions` hold and who was registered on `day`; where nobody is left, fewer hold."""
        for number in range(len(conditions), -1, -1):
            found = [person for person in self.people if self._fits(person, day, account, conditions[:number])]
            if found:
                person = self.dice.choice(found)
                self.taken.add(person.pk)
                return person
        raise LookupError(f"nobody was registered on {day}")

    def _fits(self, person: Person, day: dt.date, account: bool, conditions: Any) -> bool:
        if person.pk in self.taken or person.registered_on > day or (account and person.user_id is None):
            return False
        return all(condition(person) for condition in conditions)


def make_posts(world: World) -> None:
    """Make the posts of all bodies, and the memberships of all organizations."""
    dice = world.dice("posts")
    free = _Free(world, dice)
    in_post: dict[int, set[int]] = {}
    for body in world.organizations.values():
        posts = insert(_of_organization(world, dice, free, body))
        in_post[body.pk] = {post.person_id for post in posts if post.ends is None}
        _keep(world, body, posts)
    for base in world.bases.values():
        _keep(world, base, insert(_of_base(world, dice, free, base)))
    for team in world.teams.values():
        _keep(world, team, insert(_of_team(world, dice, free, team)))
    _memberships(world, world.dice("memberships"), in_post)


def _keep(world: World, body: Any, posts: list[Any]) -> None:
    """Remember who acts for `body` today: secretary, manager or leader, if they have an account."""
    for post in posts:
        if post.ends is None and post.kind in KEEPERS and post.person.user_id:
            world.keepers[body] = post.person.user


# ---- posts -----------------------------------------------------------------------------------------------------------
def _post(world: World, model: Any, person: Person, kind: str, starts: dt.date, ends: dt.date | None, **about) -> Any:
    is_public = ends is None and person.pk in world.shown
    return model(person=person, kind=kind, starts=starts, ends=ends, is_public=is_public, is_demo=True, **about)


def _spans(world: World, first: dt.date, years: int) -> list[tuple[dt.date, dt.date | None]]:
    """Return the terms since `first`; the one that runs today has no end."""
    spans: list[tuple[dt.date, dt.date | None]] = []
    while first < world.today:
        ends = first.replace(year=first.year + years)
        spans.append((first, ends if ends <= world.today else None))
        first = ends
    return spans


def fits(world: World, body: Organization) -> Any:
    """Return the condition that keeps persons whom the organization is for."""
    if body.subdistrict_id:
        return lambda person: person.subdistrict_id == body.subdistrict_id
    codes = set(body.categories.values_list("pk", flat=True))
    return lambda person: not codes or person.category_id in codes


def _of_organization(world: World, dice: Dice, free: _Free, body: Organization) -> list[OrganizationPost]:
    for_it = fits(world, body)
    first = max(body.founded_on, dt.date(2017, 11, 16))
    posts = []
    for starts, ends in _spans(world, first, CHAIR_FOR):
        chair = free.take(starts, for_it, account=ends is None)
        posts.append(_post(world, OrganizationPost, chair, "chair", starts, ends, organization=body))
    starts, ends = _spans(world, first, CHAIR_FOR)[-1]
    for kind, number in BOARD.items():
        for _ in range(number):
            person = free.take(starts, for_it)
            posts.append(_post(world, OrganizationPost, person, kind, starts, ends, organization=body))
    return _with_secretary(world, posts, body) if body.slug == "xiazhuang" else posts


def _with_secretary(world: World, posts: list[OrganizationPost], body: Organization) -> list[OrganizationPost]:
    """Let the secretary of the cast follow whoever was secretary before."""
    since = world.ago(SECRETARY_SINCE)
    before = next(post for post in posts if post.kind == "secretary")
    before.starts, before.ends, before.is_public = min(before.starts, since - dt.timedelta(days=700)), since, False
    mine = _post(world, OrganizationPost, world.roles["secretary"], "secretary", since, None, organization=body)
    return [*posts, mine]


def _of_base(world: World, dice: Dice, free: _Free, base: Any) -> list[BasePost]:
    near = (lambda person: person.subdistrict_id == base.subdistrict_id) if base.subdistrict_id else lambda person: True
    is_cast = base.slug == "xiaxin-lianxin"
    since = world.ago(MANAGER_SINCE) if is_cast else dice.day(world.ago(900), world.ago(200))
    first = max(base.opened_on, dt.date(2019, 1, 15))
    manager = world.roles["base_manager"] if is_cast else free.take(since, near)
    posts = [_post(world, BasePost, manager, "manager", since, None, base=base)]
    if first < since:
        before = free.take(first, near, account=False)
        posts.append(_post(world, BasePost, before, "manager", first, since, base=base))
    guide_since = dice.day(world.ago(600), world.ago(60))
    return [*posts, _post(world, BasePost, free.take(guide_since, near), "guide", guide_since, None, base=base)]


def _of_team(world: World, dice: Dice, free: _Free, team: Any) -> list[TeamPost]:
    can = FIELDS[team.field]

    def able(person: Person) -> bool:
        return can in person.can

    def near(person: Person) -> bool:
        return team.subdistrict_id is None or person.subdistrict_id == team.subdistrict_id

    is_cast = team.slug == "xiaxin-lianxin"
    since = world.ago(LEADER_SINCE) if is_cast else dice.day(world.ago(1200), world.ago(150))
    leader = world.roles["leader"] if is_cast else free.take(since, near, able)
    posts = [_post(world, TeamPost, leader, "leader", since, None, team=team)]
    for _ in range(dice.randint(*VOLUNTEERS)):
        starts = dice.day(world.ago(1000), world.ago(20))
        ends = dice.day(starts + dt.timedelta(days=90), world.ago(3)) if dice.chance(0.15) else None
        ends = ends if ends is None or ends <= world.today else None
        posts.append(
            _post(world, TeamPost, free.take(starts, near, able, account=False), "volunteer", starts, ends, team=team)
        )
    if is_cast:
        posts.append(_post(world, TeamPost, world.roles["member"], "volunteer", world.ago(500), None, team=team))
    return posts


# ---- members ---------------------------------------------------------------------------------------------------------
def _memberships(world: World, dice: Dice, in_post: dict[int, set[int]]) -> None:
    rows = []
    for body in world.organizations.values():
        people = _members_of(world, dice, body, in_post[body.pk])
        found = [_membership(world, dice, body, person, place) for place, person in enumerate(people)]
        _leave(world, dice, found, staying=in_post[body.pk] | {person.pk for person in world.roles.values()})
        world.members[body.pk] = [row.person for row in found if row.state == MembershipState.ACTIVE]
        rows += found
    rows += _applied(world, dice)
    insert(rows)


def _members_of(world: World, dice: Dice, body: Organization, in_post: set[int]) -> list[Person]:
    """Return the members in order of registration: those in post, the cast where they belong, and others."""
    for_it = fits(world, body)
    people = [person for person in world.persons if for_it(person) or person.pk in in_post]
    number = min(MEMBERS.get(body.slug, int(len(people) * SHARE)), len(people))
    always = in_post | {person.pk for person in world.roles.values() if body.slug in ("xiazhuang", "xinmeiti")}
    if body.founding_members:  # who was there when it was founded
        always |= {person.pk for person in people[: body.founding_members]}
    chosen = [person for person in people if person.pk in always]
    others = [person for person in people if person.pk not in always]
    chosen += dice.sample(others, max(number - len(chosen), 0))
    return sorted(chosen, key=lambda person: person.pk)


def _membership(world: World, dice: Dice, body: Organization, person: Person, place: int) -> Membership:
    founded = dt.date(2017, 11, 16) if body.founded_on.year == 2017 else body.founded_on
    is_founder = place < (body.founding_members or FOUNDERS)
    first = max(founded, person.registered_on)
    joined = first if is_founder else dice.day(first, min(world.ago(1), first + dt.timedelta(days=500)))
    return Membership(
        public_id=dice.public_id(),
        organization=body,
        person=person,
        state=MembershipState.ACTIVE,
        applied_at=dice.moment(joined - dt.timedelta(days=2), 9, 20),
        joined_on=joined,
        decided_at=dice.moment(joined - dt.timedelta(days=1), 9, 17),
        is_demo=True,
    )


def _leave(world: World, dice: Dice, rows: list[Membership], staying: set[int]) -> None:
    """Let a few who have been members for a while leave; never who holds a post."""
    for row in rows:
        if row.person_id not in staying and row.joined_on < world.ago(90) and dice.chance(LEAVES):
            row.state, row.left_on = MembershipState.LEFT, dice.day(row.joined_on + dt.timedelta(days=60), world.ago(5))


def _applied(world: World, dice: Dice) -> list[Membership]:
    rows = []
    for slug, due in APPLIED:
        body = world.organizations[slug]
        members = {person.pk for person in world.members[body.pk]} | {row.person_id for row in rows}
        for_it = fits(world, body)
        fresh = [p for p in world.persons if p.user_id and not p.user.email and p.pk not in members and for_it(p)]
        day = world.started(DECIDE_WITHIN, world.workday(due))
        rows.append(
            Membership(
                public_id=dice.public_id(),
                organization=body,
                person=dice.choice(fresh),
                applied_at=dice.moment(day, 9, 20),
                due_on=world.due(day, DECIDE_WITHIN),
                is_demo=True,
            )
        )
    return rows
