"""Programmes, brands, activities, sign-ups, check-ins and volunteer hours."""

from .activities import Activity, ActivityQuerySet
from .attendance import CheckIn, CheckInQuerySet, ServiceRecord, ServiceRecordQuerySet
from .programmes import Brand, Programme
from .signups import Signup, SignupQuerySet

__all__ = [
    "Activity",
    "ActivityQuerySet",
    "Brand",
    "CheckIn",
    "CheckInQuerySet",
    "Programme",
    "ServiceRecord",
    "ServiceRecordQuerySet",
    "Signup",
    "SignupQuerySet",
]
