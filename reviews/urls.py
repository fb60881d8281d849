"""Reviews's pages."""

from django.urls import URLPattern, path

from reviews import check_urls
from reviews.views import home

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    *check_urls.urlpatterns,
]
