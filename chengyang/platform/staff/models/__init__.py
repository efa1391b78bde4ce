"""The models of the staff site."""

from .bulk import BulkRow, BulkRun
from .exports import LIST_EXPORT_TRANSITIONS, ExportFormat, ExportPurpose, ListExport, ListExportState
from .lists import ListSetting, SavedView, WatchedView
from .rules import RULES_DRAFT_TRANSITIONS, RulesDraft, RulesDraftState
from .todo import Absence, Assignment, Settled

__all__ = [
    "LIST_EXPORT_TRANSITIONS",
    "RULES_DRAFT_TRANSITIONS",
    "Absence",
    "Assignment",
    "BulkRow",
    "BulkRun",
    "ExportFormat",
    "ExportPurpose",
    "ListExport",
    "ListExportState",
    "ListSetting",
    "RulesDraft",
    "RulesDraftState",
    "SavedView",
    "Settled",
    "WatchedView",
]
