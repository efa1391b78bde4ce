"""URLs of files, below /files/."""

from django.urls import path, re_path

from . import views

app_name = "files"
urlpatterns = [
    # /files/
    re_path(r"^pictures/(?P<digest>[0-9a-f]{32})/(?P<size>small|medium|full)/$", views.picture, name="picture"),
    path("<public_id:public_id>/", views.file, name="file"),
]
