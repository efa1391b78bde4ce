"""建言献策: everything about proposals except their tables and states, in the shape of an app (docs/architecture.md)."""
