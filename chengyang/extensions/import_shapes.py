"""The type with which an app declares a sheet that can be read in (slot `imports`)."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from chengyang.errors import ActionError


@dataclass
class ImportRow:
    """A row of a sheet while it is read in: row `number` of the sheet, the values of its cells, and what becomes of it.

    `problems` has a sentence for each column with something wrong; the code "" is the whole row. `found` is the row of the
    portal that it is about, `refs` the rows that its cells name. `base` are the digests of the cells when the sheet was
    exported. `changes` and `clashes` map a column to its texts (now, in the sheet); a clash was edited in both places.
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    key: str = ""
    base: dict[str, str] = field(default_factory=dict)
    found: Any = None
    refs: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    clashes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def changed_values(self) -> dict[str, Any]:
        """Return code → value of the cells that change."""
        return {code: self.values.get(code) for code in self.changes}


class ImportKind(ABC):
    """A sheet whose rows become rows of the portal, through the actions of the app (`chengyang.platform.imports`).

    Each method takes many rows, so that fifty thousand of them are read with bulk queries. What writes returns for each row
    the written row, or the ActionError with which it was refused; it runs in the transaction of one step of a job.
    """

    code: str
    label: Any  # what is read in: 会员
    list_name: str  # "app.Model" of the list with the button 导入
    columns: Sequence[Any]  # `sheets.incoming.InColumn`
    read_only: Sequence[str] = ()  # columns of the export that an import leaves alone
    asks_note = False  # whether a change needs a reason that the person reads
    note_for_new = False  # whether a new row needs it, too
    note_hint: Any = ""
    block_size = 1_000  # rows that are written in one step, which should take a second or two

    def concerns(self, row: Any) -> Any:
        """Return the person or account that a row of the portal is about, whose data the preview shows; None for nobody."""
        return None

    @abstractmethod
    def can(self, user: Any) -> bool:
        """Return whether `user` may read in such a sheet at all; each row is checked anew."""

    @abstractmethod
    def resolve(self, rows: Sequence[ImportRow], user: Any) -> None:
        """Find for each row what its cells name, and the row of the portal that it is about, among what `user` may see.

        Sets `refs` and `found`, or a sentence in `problems`.
        """

    @abstractmethod
    def lock_keys(self, row: ImportRow) -> list[Any]:
        """Return what `lock` needs to know of a row that is to be written, as plain values that the preview keeps."""

    @abstractmethod
    def lock(self, keys: Sequence[list[Any]]) -> None:
        """Lock what `resolve` must read unchanged until the rows are written, in the order of the actions.

        `keys` are the `lock_keys` of the rows. What is not locked here, because a row means something else now, is refused.
        """

    def identity(self, row: ImportRow) -> str:
        """Return what a second row of the same sheet must not have again; "" for none."""
        return ""

    @abstractmethod
    def create(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        """Create a row for each of `rows`; return rows or refusals in their order."""

    def change(self, rows: Sequence[ImportRow], *, actor: Any, note: str) -> list[Any]:
        """Change `found` of each of `rows` as `changed_values` say; return rows or refusals in their order.

        A kind whose columns are all `fixed` has nothing to change.
        """
        return [ActionError(_("这里的行不能用表格改。"), code="fixed") for _row in rows]

    @abstractmethod
    def stored(self, keys: Sequence[Any]) -> dict[Any, Any]:
        """Return key → row, locked, of the rows that an import has written and that are still there."""

    @abstractmethod
    def take_back(self, rows: Sequence[Any], *, actor: Any, note: str) -> list[Any]:
        """Take back rows that an import has created, unless something depends on them; return rows or refusals."""
