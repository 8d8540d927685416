"""What a district decides about a school's own list. Checks input; writes nothing."""

from django import forms

from schoolgate.roster.models import LeftOver, ListChoice
from schoolgate.sync.adoption import Wanted

WANTED = {
    "adopt_keep": Wanted(ListChoice.ADOPT, LeftOver.KEEP),
    "adopt_leave": Wanted(ListChoice.ADOPT, LeftOver.LEAVE),
    "clear": Wanted(ListChoice.CLEAR, LeftOver.LEAVE),
}
SAID = {
    "adopt_keep": "Recognise who is on both lists. Who is left over stays on our own list.",
    "adopt_leave": "Recognise who is on both lists. Who is left over leaves, and so do contacts "
    "whom the source does not give.",
    "clear": "Clear our own list: everybody on it leaves, and the source's list takes its place. "
    "Restrictions stay.",
}


class ListForm(forms.Form):
    """One of three ways."""

    wanted = forms.ChoiceField(
        label="What shall become of our own list?",
        widget=forms.RadioSelect,
        choices=list(SAID.items()),
        error_messages={"required": "Choose one of the three."},
    )

    @property
    def choice(self) -> Wanted:
        return WANTED[self.cleaned_data["wanted"]]
