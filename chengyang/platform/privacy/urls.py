"""URLs of the privacy rules."""

from django.urls import path

from . import views

app_name = "privacy"
urlpatterns = [
    # /privacy/
    path("", views.policy, name="policy"),
    path("<int:version>/", views.policy, name="version"),
]
