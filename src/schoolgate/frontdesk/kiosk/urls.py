"""The addresses of a kiosk, and of a desk's kiosks. No name and no secret ever stands in one."""

from django.urls import path

from schoolgate.frontdesk.kiosk import views

urlpatterns = [
    path("", views.start, name="kiosk"),
    path("find/", views.find, name="kiosk_find"),
    path("late/", views.say, name="kiosk_say"),
]

desk_urlpatterns = [
    path("kiosks/", views.kiosks, name="kiosks"),
    path("kiosks/add/", views.add_kiosk, name="add_kiosk"),
    path("kiosks/<int:kiosk_id>/end/", views.end_kiosk, name="end_kiosk"),
    path("kiosks/settle/", views.settle, name="settle_arrivals"),
]
