from django.urls import URLPattern, path

from schoolgate.sync import (
    history_views,
    recognition_views,
    review_views,
    schedule_views,
    undo_views,
    views,
)

app_name = "sync"


def _who_is_who(folder: str, name: str, way: recognition_views.Way) -> list[URLPattern]:
    """One school's students side by side, and who one of them is said to be."""
    root = f"d/<slug:district>/registrations/<slug:slug>/{folder}/<slug:school>/"
    return [
        path(root, recognition_views.of_school, {"way": way}, name=f"{name}_school"),
        path(
            f"{root}recognise/",
            recognition_views.recognise_one,
            {"way": way},
            name=f"{name}_recognise",
        ),
    ]


urlpatterns = [
    path("districts/", views.districts, name="districts"),
    path("d/<slug:district>/", views.overview, name="overview"),
    path("d/<slug:district>/registrations/<slug:slug>/", views.registration, name="registration"),
    path("d/<slug:district>/registrations/<slug:slug>/sync/", views.sync_now, name="sync_now"),
    path("d/<slug:district>/runs/<int:run_id>/", views.run, name="run"),
    path("d/<slug:district>/runs/<int:run_id>/cancel/", views.cancel, name="cancel"),
    path("d/<slug:district>/runs/<int:run_id>/review/", review_views.review_run, name="review"),
    path("d/<slug:district>/runs/<int:run_id>/decide/", review_views.decide, name="decide"),
    path("d/<slug:district>/holds/<int:hold_id>/", review_views.hold, name="hold"),
    path("d/<slug:district>/registrations/<slug:slug>/limits/", review_views.limits, name="limits"),
    path(
        "d/<slug:district>/registrations/<slug:slug>/schedule/",
        schedule_views.schedule,
        name="schedule",
    ),
    path(
        "d/<slug:district>/registrations/<slug:slug>/schedule/times/",
        schedule_views.choose_times,
        name="choose_times",
    ),
    path(
        "d/<slug:district>/registrations/<slug:slug>/schedule/pace/",
        schedule_views.set_pace,
        name="set_pace",
    ),
    path(
        "d/<slug:district>/registrations/<slug:slug>/schedule/pause/",
        schedule_views.pause,
        name="pause",
    ),
    path(
        "d/<slug:district>/registrations/<slug:slug>/schedule/resume/",
        schedule_views.resume,
        name="resume",
    ),
    path("d/<slug:district>/students/", history_views.students, name="students"),
    path(
        "d/<slug:district>/students/<int:student_id>/history/",
        history_views.student_history,
        name="student_history",
    ),
    path(
        "d/<slug:district>/students/<int:student_id>/then/",
        history_views.student_then,
        name="student_then",
    ),
    path(
        "d/<slug:district>/contacts/<int:guardian_id>/history/",
        history_views.guardian_history,
        name="guardian_history",
    ),
    path("d/<slug:district>/runs/<int:run_id>/undo/<slug:school>/", undo_views.undo, name="undo"),
    *_who_is_who("own-lists", "adopt", recognition_views.ADOPT),
    path(
        "d/<slug:district>/registrations/<slug:slug>/own-lists/",
        recognition_views.adopt,
        name="adopt",
    ),
    path(
        "d/<slug:district>/registrations/<slug:slug>/own-lists/<slug:school>/decide/",
        recognition_views.decide_own_list,
        name="adopt_decide",
    ),
    *_who_is_who("rekey", "rekey", recognition_views.REKEY),
    path(
        "d/<slug:district>/registrations/<slug:slug>/rekey/", recognition_views.rekey, name="rekey"
    ),
    path(
        "d/<slug:district>/registrations/<slug:slug>/rekey-all/",
        recognition_views.confirm_rekey_of_all,
        name="rekey_all",
    ),
    path(
        "d/<slug:district>/registrations/<slug:slug>/rekey-schools/",
        recognition_views.take_schools,
        name="rekey_schools",
    ),
    path(
        "d/<slug:district>/registrations/<slug:slug>/rekey/<slug:school>/confirm/",
        recognition_views.confirm_rekey,
        name="rekey_confirm",
    ),
]
