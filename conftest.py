"""pytest starts here; the fixtures that everybody shares are in tests/conftest.py."""
