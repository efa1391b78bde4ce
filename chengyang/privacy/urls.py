"""Pages of this room."""

app_name = "privacy"
urlpatterns = []
