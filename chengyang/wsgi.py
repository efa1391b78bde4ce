"""The WSGI application that granian serves: the page cache in front of Django."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyang.settings")

from django.conf import settings

from chengyang.platform.web.page_cache import PageCache

gc.disable()  # what is loaded stays: looking for garbage meanwhile takes a fifth of the time
application = get_wsgi_application()
if not settings.DEBUG:  # a changed template is to be seen at once
    application = PageCache(application)
gc.enable()
gc.freeze()  # a first request does not look through all of it either
