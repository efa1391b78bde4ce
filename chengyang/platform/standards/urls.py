"""URLs of the handbook of standards, below /standards/."""

from django.urls import path

from . import views

app_name = "standards"
urlpatterns = [
    # /standards/
    path("", views.standard_list, name="list"),
    path("<slug:code>/", views.standard_detail, name="detail"),
]
