from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """The app of who works here, where, at which level, when."""

    name = "staff"
    verbose_name = _("Staff")
