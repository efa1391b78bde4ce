"""Sheets that can be read in: activities that have taken place, and who attended them."""

from .attendance import AttendanceImport
from .past_activities import PastActivityImport

__all__ = ["AttendanceImport", "PastActivityImport"]
