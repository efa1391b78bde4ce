"""What a signed-in person sees of themself."""

app_name = "me"
urlpatterns = []
