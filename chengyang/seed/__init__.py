"""Reference data and the facts the district has published (`manage.py seed`)."""
