"""URLs of files, below /files/."""

from django.urls import path

from . import views

app_name = "files"
urlpatterns = [
    # /files/
    path("<public_id:public_id>/", views.file, name="file"),
]
