"""Amounts typed into a form."""

from decimal import Decimal

from django import forms

from staff.models import LevelAmount


def test_an_amount_takes_the_widget_the_admin_gives_it():
    widget = forms.NumberInput({"class": "ours"})
    field = LevelAmount._meta.get_field("base_salary").formfield(widget=widget)
    assert "ours" in str(field.widget.render("base_salary", "3500.00"))
    assert field.clean("3500.5") == Decimal("3500.50")
