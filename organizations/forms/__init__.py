"""The filters of the list of organizations, and the forms of members, charters, steps, and the rotating chair."""

from .duties import FillForm, PlanForm, SheetForm, SubstituteForm, SwapForm
from .life import CharterForm, NewStepForm, StepForm
from .organizations import OrganizationFilter, new_membership_form

__all__ = [
    "CharterForm",
    "FillForm",
    "NewStepForm",
    "OrganizationFilter",
    "PlanForm",
    "SheetForm",
    "StepForm",
    "SubstituteForm",
    "SwapForm",
    "new_membership_form",
]
