"""Django's admin with our site in it."""

from django.contrib.admin.apps import AdminConfig


class KejiAdminConfig(AdminConfig):
    """The admin app; its site is the back office by role."""

    default_site = "config.admin_site.KejiAdminSite"
