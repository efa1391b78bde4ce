"""Which teams suit a request, with the reasons in words: never a score (domain.md rule 9)."""

import datetime as dt
import statistics
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from chengyang import clock

from . import due
from .models import Post, Readers, Request, Team
from .states import REQUEST_OPEN, RequestState

RECORD = dt.timedelta(days=90)  # how far back the record of a team goes
LEAST_ANSWERS = 3  # fewer say nothing about a team
MOST_EXPERTS = 2  # of one team, named beside it
MOST_LISTED = 60  # experts in a form
MUCH = 8  # open requests from which a team counts as busy
COMMON = (
    "服务",
    "咨询",
    "帮扶",
    "辅导",
    "活动",
    "指导",
    "培训",
    "支持",
)  # parts of names that say nothing about the matter


@dataclass
class Suggestion:
    """A team with what speaks for it and against it."""

    team: Team
    pros: list[str] = field(default_factory=list)
    cons: list[str] = field(default_factory=list)
    experts: list[Post] = field(default_factory=list)  # who may be asked by name, and can do something about the matter
    matches: int = 0  # how many of field, list and area match: these come first


def suggest(request: Request, teams: Any, *, most: int = 5) -> list[Suggestion]:
    """Return at most `most` of `teams` for `request`, the most suitable first, each with its reasons.

    Compared are the field of work, the list of services, the area, the open requests and the working days until the answers
    of the last 90 days. Teams of which nothing matches are left out.
    """
    rows = list(
        teams.prefetch_related(
            "offers", Prefetch("posts", Post.objects.on(clock.today()).select_related("person"))
        ).annotate(load=Count("requests", filter=Q(requests__state__in=REQUEST_OPEN), distinct=True))
    )
    record = median_days([team.pk for team in rows])
    found = [_look_at(request, team, record.get(team.pk)) for team in rows]
    suitable = [one for one in found if one.matches]
    return sorted(suitable, key=lambda one: (-one.matches, len(one.cons), one.team.load, one.team.pk))[:most]


def askable(request: Request, user: Any) -> tuple[Any, Any]:
    """Return the teams that `user` sees, and the experts, that do not work on `request` yet and may read it.

    At most 60 experts; its author is none for it.
    """
    active = request.shares.active()
    taken = active.filter(expert__isnull=True).values("team")
    teams = Team.objects.visible_to(user).open().exclude(pk__in=taken)
    experts = Post.objects.experts().exclude(person__user=request.author_id)
    experts = experts.exclude(pk__in=active.filter(expert__isnull=False).values("expert"))
    if request.readers == Readers.OFFICE:  # its author gives it to no team
        teams, experts = teams.none(), experts.none()
    elif request.readers == Readers.TEAM:
        teams, experts = teams.filter(pk=request.team_id), experts.filter(team=request.team_id)
    return teams, experts.select_related("team", "person").order_by("team", "pk")[:MOST_LISTED]


def _look_at(request, team, median):
    one = Suggestion(team)
    if request.category and request.category == team.field:
        _match(one, _("领域对得上：%(field)s") % {"field": team.field_label})
    words = f"{request.service} {request.title} {request.text}"
    named = [name for name in team.services if _mentions(words, name)]
    if named:
        _match(one, _("清单里有“%(name)s”") % {"name": named[0]})
    else:
        one.cons.append(_("清单里没有对得上的"))
    _skills_reason(one, words, request.author_id)
    author_area = getattr(getattr(request.author, "person", None), "subdistrict_id", None)
    area = request.subdistrict_id or author_area
    if area and team.subdistrict_id == area:
        _match(one, _("就在%(area)s") % {"area": team.subdistrict})
    _load_reason(one)
    if median is not None:
        one.pros.append(_("近 90 天一半的在 %(n)g 个工作日内答复") % {"n": median})
    return one


def _skills_reason(one, words, author):
    """Add what people in the team can do about the matter, and when; only who agreed to it is named."""
    posts = [post for post in one.team.posts.all() if post.skills and _mentions(words, post.skills)]
    one.experts = [
        post for post in posts if post.by_name and post.person.is_active and post.person.user_id not in (None, author)
    ][:MOST_EXPERTS]
    if posts:
        _match(one, _("队里有人会“%(skills)s”") % {"skills": posts[0].skills})
        if posts[0].times:
            one.pros.append(_("有空：%(times)s") % {"times": posts[0].times})


def _load_reason(one):
    words = _("在手 %(n)d 件") % {"n": one.team.load}
    (one.cons if one.team.load >= MUCH else one.pros).append(words)


def _match(one, words):
    one.pros.append(words)
    one.matches += 1


def _mentions(words, name):
    """Return whether `words` has two characters in a row of the name of a service, other than common ones."""
    parts = {name[i : i + 2] for i in range(len(name) - 1)} - set(COMMON)
    return any(part in words for part in parts)


def median_days(teams: list[int], *, since: dt.timedelta = RECORD) -> dict[int, float]:
    """Return team → median working days until the answer, of the last 90 days; teams with fewer than three answers are missing.

    Days on which the author was asked do not count.
    """
    days: dict[int, list[int]] = {}
    for row in answered(teams, since=since):
        days.setdefault(row.team_id, []).append(due.used_days(row))
    return {team: statistics.median(found) for team, found in days.items() if len(found) >= LEAST_ANSWERS}


def answered(teams: list[int], *, since: dt.timedelta = RECORD) -> Any:
    """Return the requests that `teams` answered within `since`, with their pauses; not those that are dealt with anew."""
    rows = Request.objects.filter(team__in=teams, answered_at__gte=clock.now() - since, answered_by__isnull=False)
    rows = rows.filter(state__in=(RequestState.ANSWERED, RequestState.CLOSED))
    return rows.prefetch_related("pauses")
