"""Pages of this room."""

app_name = "standards"
urlpatterns = []
