"""What spans all apps: the home page, /me/, health checks, the API root and the seven-step board."""
