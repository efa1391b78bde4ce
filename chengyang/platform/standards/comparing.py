"""What differs between two versions of a standard: criteria that were added, removed, reworded or moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from . import numbers


@dataclass(frozen=True)
class Difference:
    """One criterion, or the text of the version (`name` says which), that differs.

    `kind` is `added`, `removed`, `reworded` or `moved`. `changes` are (label, former words, new words) of what differs; one of
    the two is "" where there was or is nothing.
    """

    kind: str
    name: str
    changes: Sequence[tuple[str, str, str]] = ()

    @property
    def label(self) -> str:
        labels = {"added": _("加上"), "removed": _("去掉"), "reworded": _("改写"), "moved": _("挪了位置")}
        return labels[self.kind]


def differences(former: Any, version: Any) -> list[Difference]:
    """Return what differs between the versions `former` (None: everything is new) and `version`, in the order of the latter.

    Criteria are the same where they have the same code, which a draft copies from the version in force.
    """
    old = list(former.criteria.all()) if former else []
    new = list(version.criteria.all())
    found = []
    if former is not None and former.text != version.text:
        found.append(Difference("reworded", _("说明"), [(_("说明"), former.text, version.text)]))
    known = {one.code: one for one in old}
    codes = {one.code for one in new}
    moved = _moved([one.code for one in old if one.code in codes], [one.code for one in new if one.code in known])
    for one in new:
        before = known.get(one.code)
        if before is None:
            found.append(Difference("added", one.name, [(label, "", words) for label, words in _words(one)]))
        elif changes := _changes(before, one):
            found.append(Difference("reworded", one.name, changes))
        elif one.code in moved:
            found.append(Difference("moved", one.name))
    found += [
        Difference("removed", one.name, [(label, words, "") for label, words in _words(one)])
        for one in old
        if one.code not in codes
    ]
    return found


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Return the codes that stand at another place among those that both versions have."""
    return {code for place, code in enumerate(after) if before[place] != code}


def _words(criterion: Any) -> list[tuple[str, str]]:
    """Return (label, words) of what is written in `criterion`; its number stands in one line."""
    rows = [
        (_("名称"), criterion.name),
        (_("看什么"), criterion.guidance),
        (_("什么算依据"), criterion.evidence),
        (_("分量"), str(criterion.weight) if criterion.weight > 1 else ""),
        (_("数"), numbers.requirement(criterion)),
    ]
    return [(label, words) for label, words in rows if words]


def _changes(before: Any, after: Any) -> list[tuple[str, str, str]]:
    old, new = dict(_words(before)), dict(_words(after))
    labels = list(dict.fromkeys([*old, *new]))
    return [(label, old.get(label, ""), new.get(label, "")) for label in labels if old.get(label) != new.get(label)]
