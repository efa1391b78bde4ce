"""What bases registers for other floors (docs/architecture.md)."""
