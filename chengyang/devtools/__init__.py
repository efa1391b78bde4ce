"""What a bare machine lacks: the virtual environment, Postgres, Valkey, and the one command that runs them all."""
