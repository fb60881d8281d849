"""The API's router."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter()
