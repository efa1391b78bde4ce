"""What the kinds of to-dos about proposals share: whose they are, the rows with the words, and the steps."""

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import DetailRow, HistoryEntry, Section, TodoKind
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.files.models import File
from chengyang.platform.staff.links import page_url

from ..states import EditionState
from . import actions


def of_others(rows, user, path=""):
    """Return `rows` for district staff who neither wrote nor sign the proposal at `path`; nothing for others."""
    if not access_scope(user).district:
        return rows.none()
    signs = {f"{path}cosigners__user": user, f"{path}cosigners__state__in": ("confirmed", "asked")}
    model = rows.model._base_manager
    return rows.exclude(**{f"{path}author": user}).exclude(pk__in=model.filter(**signs).values("pk"))


def file_rows(row, user):
    """Return a row for each file of `row` that `user` may open."""
    label = row._meta.label
    found = File.objects.visible_to(user).filter(attached_to=label, attached_id=row.public_id)
    return [DetailRow(_("附件"), file.name, url=file.get_absolute_url()) for file in found]


def text_rows(proposal):
    """Return the rows with the words of `proposal`."""
    return [
        DetailRow(_("编号"), proposal.number, url=page_url(proposal)),
        DetailRow(_("领域"), proposal.get_topic_display()),
        *([DetailRow(_("怎么提的"), proposal.get_intake_display(), proposal.taken_by)] if proposal.taken_by_id else []),
        DetailRow(_("现在是什么样"), proposal.situation),
        DetailRow(_("建议怎么做"), proposal.wish),
        DetailRow(_("公开"), proposal.get_openness_display()),
    ]


def public_page_rows(edition):
    """Return the row that leads to the page of an `edition` that is published, and says what becomes of it."""
    if edition is None or edition.state != EditionState.PUBLISHED:
        return []
    note = _("交了新的公开稿，就先撤下，另一个人核过再公开")
    return [DetailRow(_("公开页"), _("看公开的样子"), note, url=edition.get_absolute_url())]


def day_of(promise, edition):
    """Return the day of `promise`, and that it is missing on the public page of `edition`."""
    day = dates.full_day(promise.due_on)
    is_missing = edition is not None and edition.state == EditionState.PUBLISHED and not promise.is_public
    return _("%(day)s，公开页上没有") % {"day": day} if is_missing else day


def history_of(proposal):
    """Return the steps of `proposal` as events, the latest first."""
    rows = proposal.steps.select_related("by").order_by("-at", "-pk")[:30]
    return [HistoryEntry(row.text, row.at, row.unit or row.by or "") for row in rows]


class AboutProposal(TodoKind):
    """What the kinds about a proposal have in common: its title, its readers, its steps."""

    section = Section.SERVICES

    def proposal_of(self, row):
        return row

    def title(self, row):
        return self.proposal_of(row).title

    def record_opening(self, row, *, actor):
        actions.record_reading(self.proposal_of(row), actor=actor)

    def history(self, row):
        return history_of(self.proposal_of(row))
