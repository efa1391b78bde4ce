"""URLs that exist only for the demonstration, below /demo/."""

from django.urls import path

from . import views

app_name = "demo"
urlpatterns = [
    # /demo/
    path("phone/", views.demo_phone, name="phone"),
]
