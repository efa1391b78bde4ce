"""The URLs of the portal, and two more: a page that answers 410, and one that raises an exception."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from chengyang.platform.web.views import gone
from chengyang.urls import handler400, handler403, handler404, handler500
from chengyang.urls import urlpatterns as portal

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@login_not_required
def withdrawn(request):
    return gone(request, reason="活动改由河套街道办，请看新的页面。")


@login_not_required
def broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [path("withdrawn/", withdrawn), path("broken/", broken), *portal]
