"""What each edition includes. No edition ever changes who may take a child."""

from schoolgate.districts.models import District, Edition


class EnterpriseOnly(Exception):
    """The district's edition does not include the OneRoster integration."""

    def __init__(self, district: District) -> None:
        super().__init__(
            f"{district.name} has the Standard Edition. OneRoster sync is part of the Enterprise "
            "Edition: ask your Schoolgate representative to upgrade. Nothing was changed."
        )


def require_enterprise(district: District) -> None:
    """Let an Enterprise district pass.

    Raises:
        EnterpriseOnly: for any other.
    """
    if district.edition != Edition.ENTERPRISE:
        raise EnterpriseOnly(district)
