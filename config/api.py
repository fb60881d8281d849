"""The API's router."""

from rest_framework.routers import SimpleRouter

from reviews.api import CardViewSet, FiguresViewSet

router = SimpleRouter(use_regex_path=False)
router.register("cards", CardViewSet, basename="api-card")
router.register("figures", FiguresViewSet, basename="api-figures")
