"""The privacy rules, below /privacy/."""

from django.urls import path

from . import views

app_name = "privacy"
urlpatterns = [
    # /privacy/
    path("", views.notice, name="notice"),
    path("<int:version>/", views.notice, name="version"),
]
