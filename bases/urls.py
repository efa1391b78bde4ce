"""URLs of the bases app, with their full paths."""

from django.urls import path

from . import views

app_name = "bases"
urlpatterns = [
    # /bases/
    path("bases/", views.base_list, name="list"),
    path("bases/<slug:slug>/", views.base_detail, name="detail"),
    # /me/
    path("me/bases/<slug:slug>/resign/", views.resign, name="resign"),
]
