"""Proposals that may be about the same thing, found by their words; nobody is compared, only texts."""

from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchRank
from django.db.models import F, Q, QuerySet

from chengyang.lib.chinese import search
from chengyang.platform.web.fields import LiteralQuery

from ..models import Proposal, ProposalEdition
from ..states import PROPOSAL_WITH_OFFICE, ProposalState

CANDIDATES = 40  # rows that are compared in detail
ALIKE_FROM = 0.3  # share of the pairs of characters of a title that stand in the other text
MOST = 5
# Pairs that stand in nearly every proposal and say nothing about its subject.
COMMON = frozenset(
    [
        "建议",
        "希望",
        "能否",
        "可以",
        "应该",
        "增加",
        "加强",
        "解决",
        "问题",
        "工作",
        "服务",
        "城阳",
        "阳区",
        "我们",
        "一个",
    ]
)


class Alike(NamedTuple):
    """A row with the share (0 to 1) of the words of the title that it has, too."""

    row: Any
    share: float


def words_of(text: str) -> set[str]:
    """Return the pairs of characters and the words of `text` that say something about its subject."""
    found = {token.lexeme for token in search.tokens(text)}
    return {lexeme for lexeme in found if len(lexeme) > 1 and lexeme not in COMMON}


def alike(title: str, rows: QuerySet, *texts: str) -> list[Alike]:
    """Return at most five of `rows`, with a column `search`, whose `texts` (columns) have much of `title`, the best first."""
    wanted = words_of(title)
    if not wanted:
        return []
    literal = LiteralQuery(search.any_query(sorted(wanted)))
    ranked = rows.filter(search=literal).annotate(rank=SearchRank(F("search"), literal)).order_by("-rank", "-pk")
    found = []
    for row in ranked[:CANDIDATES]:
        has = words_of("，".join(getattr(row, name) for name in texts))
        share = len(wanted & has) / len(wanted)
        if share >= ALIKE_FROM:
            found.append(Alike(row, share))
    return sorted(found, key=lambda one: -one.share)[:MOST]


def to_merge_into(proposal: Proposal, user: Any) -> list[Alike]:
    """Return the proposals with which an officer may deal together with `proposal`."""
    states = (*PROPOSAL_WITH_OFFICE, ProposalState.FORWARDED, ProposalState.ANSWERED, ProposalState.CLOSED)
    rows = Proposal.objects.visible_to(user).filter(state__in=states).exclude(pk=proposal.pk)
    return alike(proposal.title, rows, "title", "situation", "wish")


def published_like(title: str, *, but: Proposal | None = None) -> list[Alike]:
    """Return the published editions that `title` may be about, without that of the proposal `but`."""
    rows = ProposalEdition.objects.published().select_related("department")
    rows = rows.exclude(proposal=but) if but else rows
    return alike(title, rows, "title", "situation", "wish")


def open_to_join(title: str, *, user: Any, but: Proposal | None = None) -> list[Alike]:
    """Return the proposals under review whose authors want others to sign, without those of `user`: their titles are shown."""
    rows = Proposal.objects.filter(state=ProposalState.SUBMITTED, joinable=True)
    rows = rows.exclude(Q(author=user) | Q(pk=but.pk if but else None))
    return alike(title, rows, "title", "situation", "wish")
