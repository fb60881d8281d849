"""All URLs."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog
from drf_spectacular.views import SpectacularAPIView

from config import api
from staff.views.language import switch_language

urlpatterns = [
    path("", include("rewards.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", switch_language, name="set_language"),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/", include(api.router.urls)),
    path("", include("staff.urls")),
    path("", include("training.urls")),
    path("", include("reviews.urls")),
]
