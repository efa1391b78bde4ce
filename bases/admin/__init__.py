"""Bases on the staff site: themselves, assessments, honours and posts; opening exceptions, rooms, bookings, visits."""

from . import bases, rooms, visits

__all__ = ["bases", "rooms", "visits"]
