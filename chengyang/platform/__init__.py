"""What every app of the portal stands on: accounts, audit, notices, files, privacy, standards, the staff site and the web layer."""
