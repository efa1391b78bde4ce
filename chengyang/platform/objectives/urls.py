"""URLs of objectives, with their full paths."""

from django.urls import path

from . import views

app_name = "objectives"
urlpatterns = [
    # /objectives/
    path("objectives/", views.objective_list, name="list"),
    path("objectives/plans/<public_id:public_id>/", views.plan_detail, name="plan"),
    path("objectives/<public_id:public_id>/", views.objective_detail, name="objective"),
    # /me/objectives/
    path("me/objectives/", views.own_list, name="own"),
    path("me/objectives/<public_id:public_id>/figure/", views.own_figure, name="own-figure"),
]
