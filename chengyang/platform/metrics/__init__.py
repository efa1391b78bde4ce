"""Numbers by code: each has one home, and opens the records that it counts (architecture, "A lower floor asks")."""
