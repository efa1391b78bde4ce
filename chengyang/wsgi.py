"""The WSGI application that granian serves: the page cache in front of Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")

from chengyang.platform.web.page_cache import PageCache

application = PageCache(get_wsgi_application())
