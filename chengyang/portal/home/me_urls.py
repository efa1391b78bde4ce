"""What a signed-in person sees of themself; the apps have their own pages below /me/."""

from django.urls import path

from . import views

app_name = "me"
urlpatterns = [path("", views.me, name="home")]
