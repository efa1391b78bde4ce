"""URLs of the handbook of standards, and of the assessments of one's own subjects, with their full paths."""

from django.urls import path

from . import views

app_name = "standards"
urlpatterns = [
    # /standards/
    path("standards/", views.standard_list, name="list"),
    path("standards/<slug:code>/", views.standard_detail, name="detail"),
    path("standards/<slug:code>/<int:number>/", views.version_detail, name="version"),
    # /evaluations/
    path("evaluations/<slug:kind>/<public_id:public_id>/", views.evaluation, name="evaluation"),
    # /me/assessments/
    path("me/assessments/", views.mine, name="own-assessments"),
    path("me/assessments/<slug:kind>/<public_id:public_id>/", views.assessment, name="own-assessment"),
    path("me/assessments/<slug:kind>/<public_id:public_id>/fill/", views.put_in, name="own-fill"),
    path("me/assessments/<slug:kind>/<public_id:public_id>/submit/", views.submit, name="own-submit"),
    path("me/assessments/<slug:kind>/<public_id:public_id>/take-back/", views.take_back, name="own-take-back"),
    path("me/assessments/<slug:kind>/<public_id:public_id>/discard/", views.discard, name="own-discard"),
    path("me/assessments/<slug:kind>/<public_id:public_id>/resume/", views.resume, name="own-resume"),
    path("me/assessments/<slug:kind>/<public_id:public_id>/appeal/", views.appeal, name="own-appeal"),
    path("me/assessments/<slug:kind>/<slug:slug>/start/", views.start, name="own-start"),
    path("me/assessments/<slug:kind>/<slug:slug>/start/<int:year>/", views.start_year, name="own-start-year"),
]
