from django.urls import path

from schoolgate.sync.watch import views

app_name = "watch"

urlpatterns = [
    path("sources/", views.sources, name="sources"),
    path("d/<slug:district>/mail/", views.mail, name="mail"),
]
