"""No number of one to four persons can be read in a published table, or computed from its sums (domain.md rule 11)."""

import random

import pytest

from chengyang.portal.board.suppression import Cell, hidden_places, is_few, published


def whole(table):
    rows = [[*row, sum(row)] for row in table]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def can_be_computed(place, hidden):
    """Return whether the number at `place` follows from the sums: it is the only hidden one in a line, after others were computed.

    In terms of rows and columns as nodes and hidden numbers as edges: `place` is an edge without which its ends are not joined.
    """
    row, column = ("row", place[0]), ("column", place[1])
    reached, waiting = {row}, [row]
    while waiting:
        kind, index = waiting.pop()
        for down, across in hidden - {place}:
            following = ("column", across) if kind == "row" and down == index else None
            following = ("row", down) if kind == "column" and across == index else following
            if following and following not in reached:
                reached.add(following)
                waiting.append(following)
    return column not in reached


@pytest.mark.parametrize("seed", range(200))
def test_no_small_number_can_be_computed(seed):
    rng = random.Random(seed)
    table = [[rng.choice([0, 1, 3, 4, 5, 9, 40, 200]) for _ in range(rng.randint(2, 5))] for _ in range(1)]
    table += [[rng.choice([0, 2, 4, 6, 12, 80]) for _ in table[0]] for _ in range(rng.randint(1, 8))]
    sums = whole(table)
    hidden = hidden_places(sums)
    few = {(r, c) for r, row in enumerate(sums) for c, value in enumerate(row) if is_few(value)}
    assert few <= hidden
    assert [place for place in few if can_be_computed(place, hidden)] == []


def test_small_numbers_do_not_protect_each_other_where_nothing_could_be_smaller():
    ones = {(0, 0), (0, 1), (1, 0), (1, 1)}
    hidden = hidden_places(whole([[1, 1, 40], [1, 1, 50], [60, 70, 80]]))
    assert hidden > ones
    assert (3, 3) not in hidden  # the sum of all is a figure of its own


def test_a_table_without_small_numbers_is_published_whole():
    assert hidden_places(whole([[5, 90], [6, 0]])) == set()


def test_a_second_number_of_the_row_and_the_column_is_withheld():
    shown = published([[200, 3, 60], [100, 20, 30], [90, 40, 50]])
    assert shown[0][1] == Cell(None, few=True)
    withheld = {(r, c) for r, row in enumerate(shown) for c, cell in enumerate(row) if cell.withheld}
    assert withheld == {(0, 2), (1, 1), (1, 2)}


def test_the_sums_are_published_where_they_can_be():
    shown = published([[200, 3, 60], [100, 20, 30], [90, 40, 50]])
    assert [row[-1].value for row in shown] == [263, 150, 180, 593]
    assert [cell.value for cell in shown[-1]] == [390, 63, 140, 593]


@pytest.mark.parametrize(("value", "few"), [(0, False), (1, True), (4, True), (5, False)])
def test_few_are_one_to_four(value, few):
    assert is_few(value) is few
