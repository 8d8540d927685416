"""Driver licences of invented people, as a scanner types them."""

HEADER = "@\n\x1e\rANSI 636000090002DL00410278ZV03190008DLDAQT64235789\n"


def licence(**elements: str) -> str:
    """Write a licence of today with these elements, and what no desk needs to know."""
    unread = {"DAG": "2300 WEST BROAD STREET", "DAI": "RICHMOND", "DAU": "068 in", "DBC": "1"}
    lines = {**elements, **unread}
    return HEADER + "".join(f"{name}{value}\n" for name, value in lines.items())


def of_2020(**changed: str) -> str:
    robert = {
        "DCS": "RIVERA",
        "DDE": "N",
        "DAC": "ROBERT",
        "DDF": "N",
        "DAD": "LUIS",
        "DDG": "N",
        "DCU": "JR",
        "DBB": "03091984",
        "DBA": "03092029",
        "DCG": "USA",
    }
    return licence(**{**robert, **changed})


def of_version_2() -> str:
    return licence(DCS="RIVERA", DCT="ROBERT,LUIS", DBB="03091984", DCG="USA")


def of_south_carolina() -> str:
    return "@\n\x1e\rAAMVA6360050101DL00290179DLDAQ123456789\nDAARIVERA,ROBERT,LUIS\nDBB19840309\n"
