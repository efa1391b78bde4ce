"""Pure functions on names, numbers, dates and search text. Import the modules, not the package; heavy libraries are loaded on first use."""
