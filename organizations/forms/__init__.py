"""The filters of the list of organizations, the form that enters a member, and the forms of the rotating chair."""

from .duties import FillForm, PlanForm, SheetForm, SubstituteForm, SwapForm
from .organizations import OrganizationFilter, new_membership_form

__all__ = [
    "FillForm",
    "OrganizationFilter",
    "PlanForm",
    "SheetForm",
    "SubstituteForm",
    "SwapForm",
    "new_membership_form",
]
