"""URLs of the organizations app, with their full paths."""

from django.urls import path

from . import views

app_name = "organizations"
urlpatterns = [
    # /organizations/
    path("organizations/", views.organization_list, name="list"),
    path("organizations/<slug:slug>/", views.organization_detail, name="detail"),
    path("organizations/<slug:slug>/apply/", views.apply, name="apply"),
    # /me/organizations/
    path("me/organizations/", views.mine, name="mine"),
    path("me/organizations/<public_id:public_id>/leave/", views.leave, name="leave"),
    path("me/organizations/posts/<slug:slug>/resign/", views.resign, name="resign"),
]
