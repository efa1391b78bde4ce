"""Sheets as files: columns with types, workbooks that are written in parts, and CSV. No models and no requests."""
