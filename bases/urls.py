"""URLs of the bases app, with their full paths."""

from django.urls import path

from . import views

app_name = "bases"
urlpatterns = [
    # /bases/
    path("bases/", views.base_list, name="list"),
    path("bases/<slug:slug>/", views.base_detail, name="detail"),
    path("bases/<slug:slug>/figures/", views.base_figures, name="figures"),
    path("bases/<slug:slug>/visit/", views.request_visit, name="visit-request"),
    # /visits/
    path("visits/<public_id:public_id>/", views.visit, name="visit"),
    path("visits/<public_id:public_id>/visit.ics", views.visit_ics, name="visit-ics"),
    path("visits/<public_id:public_id>/accept/", views.accept_visit, name="visit-accept"),
    path("visits/<public_id:public_id>/cancel/", views.cancel_visit, name="visit-cancel"),
    path("visits/<public_id:public_id>/people/", views.change_people, name="visit-people"),
    path("visits/<public_id:public_id>/rate/", views.rate_visit, name="visit-rate"),
    path("visits/<public_id:public_id>/erase/", views.erase_visit, name="visit-erase"),
    # /me/
    path("me/visits/", views.my_visits, name="my-visits"),
    path("me/bases/<slug:slug>/resign/", views.resign, name="resign"),
]
