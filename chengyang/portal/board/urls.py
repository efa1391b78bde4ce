"""The board on the staff site, and its public edition."""

from django.urls import path

from . import report_views, results_views, views

app_name = "board"
urlpatterns = [
    # /manage/board/
    path("manage/board/", views.board, name="board"),
    path("manage/board/whose/", views.whose, name="whose"),
    path("manage/board/screen/", views.screen, name="screen"),
    path("manage/board/records/<slug:code>/", views.records, name="records"),
    path("manage/board/reports/make/", report_views.make, name="report-make"),
    path("manage/board/reports/compare/", report_views.compare, name="report-compare"),
    path("manage/board/reports/<public_id:public_id>/print/", report_views.printed, name="report-print"),
    path("manage/board/reports/<public_id:public_id>/word/", report_views.word, name="report-word"),
    path("manage/board/reports/<public_id:public_id>/sheet/", report_views.sheet, name="report-sheet"),
    # /results/
    path("results/", results_views.results, name="results"),
    path("results/<slug:code>.csv", results_views.sheet, name="results-sheet"),
]
