"""What is stored for one criterion of an assessment: what the subject says, and what an officer finds."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from chengyang.lib.chinese import dates

from .states import Result

STATED = ("note", "link", "file")  # keys of what the subject says; all texts


class Finding(dict):
    """The JSON of one criterion.

    `note`, `link` (the path of a page of the portal) and `file` (the public id of an upload) are what the subject says; `result`
    (a `Result`), `reason` and `by` (a day as ISO text) what the officer finds, `number` what the metric counted at that moment.
    `fixed` has the keys `note`, `link`, `file` and `on` once the subject has put the criterion right. Rows from before the
    results had three values, also those of the history, have `met` in the place of `result`.
    """

    @property
    def result(self) -> str:
        """Return the value of the result, "" while nothing was found."""
        if "result" in self:
            return self["result"]
        return "" if "met" not in self else Result.MET.value if self["met"] else Result.NOT_YET.value

    @property
    def met(self) -> bool:
        return self.result == Result.MET

    @property
    def label(self) -> str:
        """Return the result in words, "" while nothing was found."""
        return str(Result(self.result).label) if self.result else ""

    @property
    def kind(self) -> str:
        """Return the CSS class of the result."""
        return {Result.MET: "is-good", Result.PARTLY: "is-soon", Result.NOT_YET: "is-bad"}.get(self.result, "")

    @property
    def due_on(self) -> dt.date | None:
        """Return the day by which the criterion is to be put right."""
        return dt.date.fromisoformat(self["by"]) if self.get("by") else None

    @property
    def fixed(self) -> dict[str, Any]:
        """Return what the subject says of having put it right, empty while it does not."""
        return self.get("fixed") or {}

    @property
    def fixed_on(self) -> dt.date | None:
        return dt.date.fromisoformat(self.fixed["on"]) if self.fixed else None

    def has_evidence(self) -> bool:
        """Return whether the subject wrote a sentence, gave a link or uploaded a file."""
        return any(self.get(key) or self.fixed.get(key) for key in STATED)

    def files(self) -> list[str]:
        """Return the public ids of the uploads."""
        return [one for one in (self.get("file"), self.fixed.get("file")) if one]

    def words(self) -> str:
        """Return the finding in words, for histories and own data."""
        parts = [self.label or _("还没有评定")]
        if self.get("note"):
            parts.append(_("自述“%(note)s”") % {"note": self["note"]})
        if self.get("link"):
            parts.append(_("有相关记录"))
        if self.get("file"):
            parts.append(_("有材料"))
        if self.get("reason"):
            parts.append(_("理由“%(reason)s”") % {"reason": self["reason"]})
        if self.due_on and not self.met:
            parts.append(_("%(day)s前补好") % {"day": dates.full_day(self.due_on)})
        if self.fixed_on:
            parts.append(
                _("%(day)s已补：%(note)s") % {"day": dates.full_day(self.fixed_on), "note": self.fixed.get("note", "")}
            )
        return "，".join(parts)
