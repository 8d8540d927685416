from django.urls import path

from schoolgate.districts import views

app_name = "districts"

urlpatterns = [
    path("", views.home, name="home"),
]
