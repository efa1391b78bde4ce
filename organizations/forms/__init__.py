"""The forms of members, charters, steps, changes of term and the rotating chair, and the filters of the list of organizations."""

from .duties import FillForm, PlanForm, SheetForm, SubstituteForm, SwapForm
from .life import CharterForm, NewStepForm, StepForm
from .organizations import OrganizationFilter, new_membership_form
from .term_changes import CandidatesForm, ConsentForm, MeetingPaperForm

__all__ = [
    "CandidatesForm",
    "CharterForm",
    "ConsentForm",
    "FillForm",
    "MeetingPaperForm",
    "NewStepForm",
    "OrganizationFilter",
    "PlanForm",
    "SheetForm",
    "StepForm",
    "SubstituteForm",
    "SwapForm",
    "new_membership_form",
]
