"""Staff's pages."""

from django.urls import path

from staff.views.jobs import job_cancel, job_progress

urlpatterns = [
    path("jobs/<int:pk>/", job_progress, name="job_progress"),
    path("jobs/<int:pk>/cancel/", job_cancel, name="job_cancel"),
]
