"""What members registers for other floors (docs/architecture.md)."""
