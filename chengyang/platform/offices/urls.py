"""URLs of this app."""

from django.urls import path

from . import views

app_name = "offices"
urlpatterns = [
    # /contact/
    path("", views.contact, name="contact"),
]
