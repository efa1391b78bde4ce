"""URLs of the inbox, below /me/notices/."""

from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    # /me/notices/
    path("", views.notice_list, name="list"),
    path("channels/", views.channels, name="channels"),
    path("read/", views.read_all, name="read-all"),
    path("<public_id:public_id>/", views.notice_detail, name="detail"),
]
