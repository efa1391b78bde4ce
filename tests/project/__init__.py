"""Tests that hold the whole house together: every address, every page, every floor."""
