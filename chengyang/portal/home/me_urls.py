"""The start page /me/; the other pages below /me/ are in the `urls.py` of the apps."""

from django.urls import path

from . import views

app_name = "me"
urlpatterns = [path("", views.me, name="home")]
