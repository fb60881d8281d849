from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    """The app of figures in, explained and approved cards out."""

    name = "reviews"
    verbose_name = _("Reviews")
