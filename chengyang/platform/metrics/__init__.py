"""Numbers by code: each has one home, and opens the records that it counts (docs/architecture.md)."""
