"""Code without application logic: Chinese text, names and dates; encrypted model fields."""
