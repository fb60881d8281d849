"""Pages of spot checks, work summaries, typed values and events."""

from django.urls import URLPattern, path

from reviews.views import checks, events, summaries, typed

urlpatterns: list[URLPattern] = [
    path("checks/", checks.team, name="checks"),
    path("checks/of/<uuid:public_id>/", checks.new, name="check_new"),
    path("checks/of/<uuid:public_id>/preview/", checks.preview, name="check_preview"),
    path("checks/<uuid:public_id>/", checks.detail, name="check"),
    path("checks/<uuid:public_id>/change/", checks.change, name="check_change"),
    path("checks/<uuid:public_id>/show/", checks.show, name="check_show"),
    path("my/checks/", checks.mine, name="my_checks"),
    path("my/summary/", summaries.mine, name="my_summary"),
    path("summaries/", summaries.team, name="summaries"),
    path("summaries/<uuid:public_id>/", summaries.one, name="summary"),
    path("typed/", typed.values, name="typed_values"),
    path("events/", events.month, name="events"),
    path("events/of/<uuid:public_id>/", events.new, name="event_new"),
    path("events/<uuid:public_id>/", events.one, name="event"),
]
