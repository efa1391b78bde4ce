"""Pure functions on names, numbers, dates and search text. Import by module; heavy libraries load on first use."""
