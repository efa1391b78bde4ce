"""What activities registers for other floors (docs/architecture.md)."""
