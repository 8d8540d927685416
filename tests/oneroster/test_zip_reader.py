import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csv_bundles import ANA, GOOD, MANIFEST, ORGS, USERS, a_zip, a_zip_of, users_of
from schoolgate.oneroster.bundle.package import Limits
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.errors import BadBundle


def _ids(path: Path) -> list[str]:
    with CsvBundle.open(path) as bundle:
        return [user.sourced_id for user in bundle.users()]


def _ids_or_refusal(path: Path) -> list[str] | str:
    try:
        return _ids(path)
    except BadBundle:
        return "refused"


def _refusal(path: Path, limits: Limits | None = None) -> BadBundle:
    with pytest.raises(BadBundle) as caught, CsvBundle.open(path, limits=limits) as bundle:
        list(bundle.users())
    return caught.value


def test_a_zip_is_read(tmp_path: Path) -> None:
    path = a_zip(tmp_path)

    ids = _ids(path)

    assert ids == ["s-1", "g-1", "g-2"]


def test_a_zip_without_compression_is_read(tmp_path: Path) -> None:
    path = tmp_path / "stored.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)

    ids = _ids(path)

    assert ids == ["s-1", "g-1", "g-2"]


def test_one_folder_around_the_files_and_litter_of_a_mac_are_tolerated(tmp_path: Path) -> None:
    path = a_zip_of(
        tmp_path,
        {
            "export/manifest.csv": MANIFEST,
            "export/orgs.csv": ORGS,
            "export/USERS.CSV": USERS,
            "export/.DS_Store": "",
            "__MACOSX/export/._users.csv": "",
            "inner.zip": "PK",
        },
    )

    with CsvBundle.open(path) as bundle:
        ids = [user.sourced_id for user in bundle.users()]

        assert ids == ["s-1", "g-1", "g-2"]
        assert dict(bundle.problems.counts) == {"file_not_read": 1}
        assert bundle.problems.examples[0].file == "inner.zip"


def test_two_files_read_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    with CsvBundle.open(a_zip(tmp_path)) as bundle:
        pairs = list(zip(bundle.orgs(), bundle.users(), strict=False))

    assert [(org.sourced_id, user.sourced_id) for org, user in pairs] == [
        ("maple", "s-1"),
        ("oak", "g-1"),
    ]


def test_a_file_larger_than_one_chunk_is_read_to_its_end(tmp_path: Path) -> None:
    rows = [f"s-{n},,,true,oak,student,u{n},,Given{n},Family{n},,,,,,,09," for n in range(40_000)]
    path = a_zip(tmp_path, {"users.csv": users_of(*rows)})

    with CsvBundle.open(path) as bundle:
        users = bundle.users()
        positions = [row.position for row in users.raw()]

    assert positions == list(range(2, 40_002))
    assert users.verdict.complete
    assert users.verdict.received == 40_000


def test_a_file_that_packs_to_almost_nothing_is_read_to_its_end(tmp_path: Path) -> None:
    # A little more than one chunk: inflating has then taken all input and still holds output back.
    rows = "sourcedId,name,type\n" + "o,O,school\n" * 95_400
    path = a_zip(tmp_path, {"orgs.csv": rows})

    with CsvBundle.open(path) as bundle:
        received = sum(1 for _ in bundle.orgs().raw())

    assert received == 95_400


@pytest.mark.parametrize(
    "name",
    ["../users.csv", "a/../../users.csv", "/etc/users.csv", "C:users.csv", "a\\..\\users.csv"],
)
def test_a_path_that_leads_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    path = a_zip(tmp_path, {name: "x"})

    error = _refusal(path)

    assert error.kind == "unsafe_path"


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path)
    link = zipfile.ZipInfo("results.csv")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")

    error = _refusal(path)

    assert (error.kind, error.file) == ("unsafe_path", "results.csv")


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path)
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1
    path.write_bytes(content)

    error = _refusal(path)

    assert (error.kind, error.file) == ("encrypted", "manifest.csv")


def test_the_same_file_twice_is_refused_whatever_its_case(tmp_path: Path) -> None:
    path = a_zip(tmp_path, {"Users.csv": USERS})

    error = _refusal(path)

    assert (error.kind, error.file) == ("duplicate_file", "users.csv")


def test_two_bundles_in_one_zip_are_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path, {"other/manifest.csv": MANIFEST})

    error = _refusal(path)

    assert error.kind == "two_bundles"


def test_another_compression_than_deflate_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)

    error = _refusal(path)

    assert error.kind == "compression"


def test_more_files_than_a_bundle_can_have_are_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path, {"a.txt": "", "b.txt": ""})

    error = _refusal(path, Limits(members=4))

    assert error.kind == "too_many_files"


def test_a_directory_of_an_attackers_size_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number:05}.txt", "")

    error = _refusal(path)

    assert error.kind == "too_many_files"


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = a_zip(tmp_path, {"users.csv": USERS + "\n" * 8_000_000})

    error = _refusal(path)

    assert (error.kind, error.file) == ("too_large", "users.csv")


def test_a_zip_over_the_size_limit_is_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path)

    error = _refusal(path, Limits(total_bytes=100))

    assert error.kind == "too_large"


def test_a_file_that_unpacks_to_more_than_it_states_is_stopped_there(tmp_path: Path) -> None:
    path = a_zip(tmp_path, {"users.csv": users_of(*[ANA] * 30_000)})
    content = bytearray(path.read_bytes())
    # users.csv is the last file: its stated size stands 24 bytes into its directory entry.
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 5_000)
    path.write_bytes(content)

    error = _refusal(path)

    assert (error.kind, error.file) == ("damaged", "users.csv")


def test_files_that_overlap_are_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path)
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    # The last entry now claims to begin where the first does.
    content[entry + 42 : entry + 46] = struct.pack("<I", 0)
    path.write_bytes(content)

    error = _refusal(path)

    assert error.kind == "unsafe_zip"


def test_a_damaged_file_is_found_by_its_check_sum(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"Sousa", b"Souza"))

    error = _refusal(path)

    assert (error.kind, error.file) == ("damaged", "users.csv")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [20, 1_000_000])
def test_sizes_that_are_not_true_are_found_out(tmp_path: Path, method: int, size: int) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, text in GOOD.items():
            archive.writestr(name, text)
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 20 : entry + 28] = struct.pack("<II", size, 2_000_000)
    path.write_bytes(content)

    error = _refusal(path)

    assert (error.kind, error.file) == ("damaged", "users.csv")


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(USERS)

    error = _refusal(path)

    assert error.kind == "not_a_zip"


@given(missing=st.integers(min_value=1, max_value=700))
@settings(max_examples=200, deadline=None)
def test_no_truncated_zip_is_ever_complete(
    tmp_path_factory: pytest.TempPathFactory, missing: int
) -> None:
    path = a_zip(tmp_path_factory.mktemp("cut"))
    path.write_bytes(path.read_bytes()[:-missing])

    error = _refusal(path)

    assert error.kind in {"not_a_zip", "damaged", "unsafe_zip", "no_manifest"}


@given(place=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
@settings(max_examples=200, deadline=None)
def test_a_zip_with_a_flipped_bit_is_refused_or_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    path = a_zip(tmp_path_factory.mktemp("flip"))
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)

    ids = _ids_or_refusal(path)

    assert ids in (["s-1", "g-1", "g-2"], "refused")
