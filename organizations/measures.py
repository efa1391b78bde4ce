"""What organizations registers for other floors (docs/architecture.md)."""
