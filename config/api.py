"""The API's router, and who reads its description."""

from django.contrib import admin
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from reviews.api import CardViewSet, FiguresViewSet

router = SimpleRouter(use_regex_path=False)
router.register("cards", CardViewSet, basename="api-card")
router.register("figures", FiguresViewSet, basename="api-figures")


class OfTheBackOffice(BasePermission):
    """Whoever has pages in the back office."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask the site that draws them."""
        return admin.site.has_permission(request)
