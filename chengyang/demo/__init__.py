"""Demonstration data: an invented district with persons, activities and requests (`manage.py demo`)."""
