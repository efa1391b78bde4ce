"""Reference data and the facts that the district has published (`manage.py seed`)."""
