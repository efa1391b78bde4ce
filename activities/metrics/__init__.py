"""Metrics of activities, and of what organizations, bases and representatives do at them (docs/architecture.md)."""

from . import attendance, between, public, representatives

METRICS = [*attendance.METRICS, *between.METRICS, *representatives.METRICS, *public.METRICS]
