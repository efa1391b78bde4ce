"""Metrics of activities, and of what organizations, bases and representatives do at them (docs/architecture.md)."""

from . import between, held, representatives

METRICS = [*held.METRICS, *between.METRICS, *representatives.METRICS]
