"""pytest plugin of `manage.py test`: each of the processes that share the tests has a cache and a data folder of its own.

pytest loads it before the settings; the databases are kept apart by pytest-django.
"""

import os


def separate(environment):
    """Point `environment` (a dict) to the own cache and data folder of a worker of pytest-xdist; no worker, no change."""
    worker = environment.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        number = int(worker.removeprefix("gw")) % 15 + 1  # 0 is everybody's, there are sixteen
        environment["REDIS_URL"] = f"{environment['REDIS_URL'].partition('?')[0]}?db={number}"
        environment["CHENGYANG_HOME"] = os.path.join(environment["CHENGYANG_HOME"], worker)


separate(os.environ)
