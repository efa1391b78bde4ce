"""Bases with their opening hours, assessments, honours and posts; rooms and their bookings; visits."""

from .bases import (
    AMBER_BEFORE,
    ASSESSMENT_VALIDITY,
    Assessment,
    Base,
    BaseQuerySet,
    Evaluation,
    Honour,
    HonourQuerySet,
    Post,
)
from .hours import OpeningException, OpeningExceptionQuerySet, OpeningTime
from .rooms import ANSWER_DAYS, Equipment, Room, RoomBooking, RoomBookingQuerySet, RoomQuerySet
from .visits import VISIT_ANSWER_DAYS, Travel, TravelQuerySet, Visit, VisitQuerySet

__all__ = [
    "AMBER_BEFORE",
    "ANSWER_DAYS",
    "ASSESSMENT_VALIDITY",
    "VISIT_ANSWER_DAYS",
    "Assessment",
    "Base",
    "BaseQuerySet",
    "Equipment",
    "Evaluation",
    "Honour",
    "HonourQuerySet",
    "OpeningException",
    "OpeningExceptionQuerySet",
    "OpeningTime",
    "Post",
    "Room",
    "RoomBooking",
    "RoomBookingQuerySet",
    "RoomQuerySet",
    "Travel",
    "TravelQuerySet",
    "Visit",
    "VisitQuerySet",
]
