from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RewardsConfig(AppConfig):
    """The app of what ranks and approved cards earn."""

    name = "rewards"
    verbose_name = _("Rewards")
