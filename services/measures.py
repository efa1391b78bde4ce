"""What services registers for other floors (docs/architecture.md)."""
