"""Tables of numbers of persons for the public, in which no number below five can be read or computed (domain.md rule 11).

A number from one to four is hidden. Because each row and each column is published with its sum, one hidden number in a row
could be computed from the others; so further ones are withheld until every hidden number lies on a closed way that turns at
hidden numbers only: along it, the values could be larger and smaller by turns, with the same sums. Because no zero is hidden
for its own sake, everybody may take a hidden number for one at least: so the small number could also be larger by one with
nothing on the way below one. The sums are numbers of the table like others, but the sum of all is never withheld: it is a figure
of its own. Readers must not see which hidden numbers are the small ones: next to 收起, which would be five at least, it follows
from a sum of six.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from chengyang.platform.web.suppression import is_few

Place = tuple[int, int]  # row, column; the last of each is the sum


@dataclass(frozen=True)
class Cell:
    """A number of a published table: `few` below five, `withheld` so that another one cannot be computed; else `value`.

    Pages show hidden numbers alike, whether few or withheld.
    """

    value: int | None
    few: bool = False
    withheld: bool = False


def published(table: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Return `table` (rows of numbers of persons) as it may be published, with a last column and a last row of sums."""
    whole = [[*row, sum(row)] for row in table]
    whole.append([sum(column) for column in zip(*whole, strict=True)] if whole else [])
    hidden = hidden_places(whole)
    return [
        [
            Cell(None, few=True)
            if is_few(value)
            else Cell(None, withheld=True)
            if (down, across) in hidden
            else Cell(value)
            for across, value in enumerate(row)
        ]
        for down, row in enumerate(whole)
    ]


def hidden_places(whole: Sequence[Sequence[int]]) -> set[Place]:
    """Return the places of the numbers to hide in a table with sums: those that are few, and those that protect them."""
    few = [(down, across) for down, row in enumerate(whole) for across, value in enumerate(row) if is_few(value)]
    hidden = set(few)
    for place in few:
        hidden |= _closed_way(whole, place, hidden) or _closed_way(whole, place, hidden, any_value=True)
    return hidden


def _closed_way(
    whole: Sequence[Sequence[int]], start: Place, hidden: set[Place], *, any_value: bool = False
) -> set[Place]:
    """Return the places of the cheapest closed way through `start`: from its row to its column by other places.

    Rows and columns are the nodes, places the edges. An edge that is hidden already costs nothing, others what is lost with
    their number; a zero is hidden last, because everybody may expect it, and a sum rather late. While the number at `start` grows
    by one, those that shrink stay above zero, unless `any_value`; without such a way the result is empty.
    """
    rows, columns = len(whole), len(whole[0])
    target = ("column", start[1])
    grand = (rows - 1, columns - 1)
    towards = _side(whole, start)
    queue: list[tuple[int, int, tuple[str, int], tuple[Place, ...]]] = [(0, 0, ("row", start[0]), ())]
    seen: set[tuple[str, int]] = set()
    number = 0
    while queue:
        cost, _order, node, way = heapq.heappop(queue)
        if node == target:
            return set(way)
        if node in seen:
            continue
        seen.add(node)
        kind, index = node
        places = (
            [((index, across), ("column", across)) for across in range(columns)]
            if kind == "row"
            else [((down, index), ("row", down)) for down in range(rows)]
        )
        for place, following in places:
            grows = (_side(whole, place) == towards) == (kind == "column")
            can_move = any_value or grows or whole[place[0]][place[1]] > 1
            if place not in (start, grand) and following not in seen and can_move:
                number += 1
                price = 0 if place in hidden else _price(whole, place)
                heapq.heappush(queue, (cost + price, number, following, (*way, place)))
    return set()


def _side(whole: Sequence[Sequence[int]], place: Place) -> bool:
    """Return whether the number at `place` is the sum of one row or column, which stands on the other side of the equation."""
    return (place[0] == len(whole) - 1) != (place[1] == len(whole[0]) - 1)


def _price(whole: Sequence[Sequence[int]], place: Place) -> int:
    down, across = place
    value = whole[down][across]
    total = whole[-1][-1]
    is_sum = down == len(whole) - 1 or across == len(whole[0]) - 1
    return value + 1 + (total + 1) * (is_sum + 4 * (value == 0))
