"""What happens to the duties of a person who leaves the registry, and of one who is erased (domain.md rule 12)."""

from typing import Any

from chengyang.platform.audit import history
from members.models import Person

from .substitutes import withdraw_substitutes_of
from .swaps import withdraw_swaps_of


def stop_duties(person: Person, actor: Any) -> None:
    """Withdraw the open swaps and substitutes of a person who leaves the registry; their shares are vacant from now on."""
    withdraw_swaps_of(person, actor)
    withdraw_substitutes_of(person, actor)


def erase_duties(person: Person) -> None:
    """Delete the texts about duties of a person who is being erased; who chaired on which days stays."""
    rows = person.duties.exclude(reason="")
    history.delete_history(person.duties.all())
    rows.update(reason="")
    for swaps in (person.swaps_given, person.swaps_taken):
        history.delete_history(swaps.all())
        swaps.exclude(reason="").update(reason="")
    for sheets in (person.hand_overs_given, person.hand_overs_taken):
        history.delete_history(sheets.all())
        sheets.update(lines="", question="")
    for found in (
        person.duties,
        person.swaps_given,
        person.swaps_taken,
        person.hand_overs_given,
        person.hand_overs_taken,
    ):
        history.delete_history(found.all())
