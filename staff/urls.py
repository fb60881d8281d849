"""Staff's pages."""

from django.urls import path

from staff.views import messages
from staff.views.jobs import job_cancel, job_progress

urlpatterns = [
    path("jobs/<int:pk>/", job_progress, name="job_progress"),
    path("jobs/<int:pk>/cancel/", job_cancel, name="job_cancel"),
    path("inbox/", messages.inbox, name="inbox"),
    path("inbox/read/", messages.read_all, name="inbox_read"),
    path("inbox/<uuid:public_id>/", messages.follow, name="message"),
    path("m/<str:token>/", messages.mailed, name="mailed"),
]
