"""What notices adds to pages of other floors."""

from chengyang.platform.web import panels

from .models import Notice

SHOWN = 4


def latest(request, subject):
    """Return the newest unread notices for 我的."""
    unread = Notice.objects.visible_to(request.user).unread().defer("address", "body")
    return {"notices": list(unread[:SHOWN])}


panels.register("me.side", "notices/_latest.html", latest, order=90)
