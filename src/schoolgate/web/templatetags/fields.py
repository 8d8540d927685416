"""`{% widget field %}`: a control with the theme's classes, so that forms need not know them."""

from django import forms, template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def widget(field: forms.BoundField) -> SafeString:
    classes = [str(field.field.widget.attrs.get("class", "")), _class_of(field.field.widget)]
    if field.errors:
        classes.append("is-invalid")
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if field.field.widget.attrs.get("placeholder") == field.label:
        # The sign-in library repeats the label in the box, where it says nothing new.
        attrs["placeholder"] = False
    return field.as_widget(attrs=attrs)


@register.filter
def is_tick(field: forms.BoundField) -> bool:
    """Whether the label belongs behind the control."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: forms.BoundField) -> bool:
    """Whether the control is several, which share a legend instead of a label."""
    return bool(field.field.widget.use_fieldset)


def _class_of(control: forms.Widget) -> str:
    if isinstance(control, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(control, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "sg-ticks"
    if isinstance(control, forms.Select):
        return "form-select"
    return "form-control"
