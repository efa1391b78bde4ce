"""The commands of `manage.py` for running, developing and testing the portal on one machine.

Reading order: `commands` (options), `bootstrap` (entry point), `environment` (virtual environment), `up` and `dev` (servers),
`postgres`, `valkey` and `processes` (what they start), `test` with `test_databases` and `test_isolation`.
"""
