"""换届: in one organization the result of a change of term waits for its second officer."""

import datetime as dt

from chengyang import clock
from organizations.models import Candidate, Post, TermChange
from organizations.states import ChangeState

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource

CHANGING, ASKING = "liuting", "xiazhuang"
AHEAD = 20  # days until midnight of the change, at least
TERM_YEARS = 3


def make_term_changes(dataset: Dataset) -> None:
    """Create a change that was submitted yesterday: the chair goes on, one vice-chair is missing, the secretary is new."""
    rng = dataset.random_source("term changes")
    organization = dataset.organizations[CHANGING]
    posts = list(organization.posts.on(dataset.today).select_related("person").order_by("kind", "pk"))
    holders = {post.person_id for post in posts}
    members = [person for person in dataset.members[organization.pk] if person.pk not in holders and person.user_id]
    if not posts or len(members) < 2:
        return
    starts = (dataset.ahead(AHEAD).replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    invited = len(dataset.members[organization.pk])
    present = round(invited * 0.9)
    number = organization.terms.count() and organization.terms.order_by("-number")[0].number
    (change,) = insert(
        [
            TermChange(
                public_id=rng.public_id(),
                organization=organization,
                state=ChangeState.SUBMITTED,
                number=number + 1,
                starts=starts,
                ends=starts.replace(year=starts.year + TERM_YEARS),
                listed_from=dataset.ago(16),
                listed_until=dataset.ago(10),
                met_on=dataset.ago(4),
                place="流亭街道会议室",
                invited=invited,
                present=present,
                note="会员联名和理事会提名，公示七天没有收到异议，会上无记名投票。",
                prepared_by=dataset.officers.get("流亭") or dataset.personas["liuting"],
                submitted_by=dataset.officers.get("流亭") or dataset.personas["liuting"],
                submitted_at=clock.at(dataset.ago(1), dt.time(10, 20)),
                due_on=dataset.due(dataset.ago(1), 5),
                is_demo=True,
            )
        ]
    )
    insert(_candidates(dataset, change, posts, members, present))
    _ask_member(dataset, rng)


def _ask_member(dataset: Dataset, rng: RandomSource) -> None:
    """Prepare a change of term in the organization of the persona `member`, who is nominated and has not answered."""
    organization = dataset.organizations[ASKING]
    person = dataset.persona_records["member"]
    starts = (dataset.ahead(70).replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    number = organization.terms.count() and organization.terms.order_by("-number")[0].number
    (change,) = insert(
        [
            TermChange(
                public_id=rng.public_id(),
                organization=organization,
                number=number + 1,
                starts=starts,
                ends=starts.replace(year=starts.year + TERM_YEARS),
                prepared_by=dataset.personas["secretary"],
                is_demo=True,
            )
        ]
    )
    insert([Candidate(change=change, person=person, kind=Post.Kind.DIRECTOR, is_demo=True)])


def _candidates(
    dataset: Dataset, change: TermChange, posts: list[Post], members: list, present: int
) -> list[Candidate]:
    """Return the candidates: all of the board again but one vice-chair and the secretary, whose successors are members."""
    found, is_first_vice = [], True
    for place, post in enumerate(posts):
        if post.kind == Post.Kind.VICE_CHAIR and is_first_vice:
            is_first_vice = False
            continue
        person = members[0] if post.kind == Post.Kind.SECRETARY else post.person
        found.append(
            Candidate(
                change=change,
                person=person,
                kind=post.kind,
                has_agreed=True,
                answered_at=clock.at(dataset.ago(9), dt.time(19, 5)),
                answered_by=person.user,
                votes=present - place % 4,
                is_elected=True,
                is_demo=True,
            )
        )
    declined = Candidate(
        change=change,
        person=members[1],
        kind=Post.Kind.VICE_CHAIR,
        has_declined=True,
        answered_at=clock.at(dataset.ago(9), dt.time(20, 15)),
        answered_by=members[1].user,
        is_demo=True,
    )
    return [*found, declined]
