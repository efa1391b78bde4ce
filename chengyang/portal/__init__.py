"""Pages that use all apps: the home page, /me/, health checks, the API root and the seven steps."""
