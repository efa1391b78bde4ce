"""The models of the staff site."""

from .exports import LIST_EXPORT_TRANSITIONS, ExportFormat, ExportPurpose, ListExport, ListExportState
from .rules import RULES_DRAFT_TRANSITIONS, RulesDraft, RulesDraftState
from .todo import Absence, Assignment, Settled

__all__ = [
    "LIST_EXPORT_TRANSITIONS",
    "RULES_DRAFT_TRANSITIONS",
    "Absence",
    "Assignment",
    "ExportFormat",
    "ExportPurpose",
    "ListExport",
    "ListExportState",
    "RulesDraft",
    "RulesDraftState",
    "Settled",
]
