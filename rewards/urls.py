"""Rewards' pages in the administration."""

from django.contrib import admin
from django.urls import URLPattern, path

from rewards import views

urlpatterns: list[URLPattern] = [
    path("admin/commission-base/", admin.site.admin_view(views.commission_base), name="commission_base"),
    path(
        "admin/commission-base/file/",
        admin.site.admin_view(views.commission_base_file),
        name="commission_base_file",
    ),
]
