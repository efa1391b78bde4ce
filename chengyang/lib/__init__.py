"""Pure code without application logic: Chinese text, names and dates; encrypted fields."""
