"""Reviews's pages."""

from django.urls import URLPattern, path

from reviews.views import home

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
]
