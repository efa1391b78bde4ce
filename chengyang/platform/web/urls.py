"""URLs that belong to no feature; included by chengyang/urls.py."""

from django.urls import path

from . import views

app_name = "web"
urlpatterns = [
    # /elder/
    path("elder/", views.set_elder, name="elder"),
    # /continue/
    path("continue/", views.kept_form, name="kept-form"),
]
