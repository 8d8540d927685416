"""Copy the files that the browser gets out of node_modules, each checked against its SHA-256.

`vendor.txt` beside this file says which: sum, where it stands in node_modules, its name below
`static/vendor`. After a new version: `python setup/vendor.py --record`, then read the difference.
"""

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "src/schoolgate/web/static/vendor"
MANIFEST = Path(__file__).with_name("vendor.txt")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the sums of what is there")
    record = parser.parse_args().record
    entries = [line.split() for line in MANIFEST.read_text(encoding="utf-8").splitlines()]
    sums = {source: _sha256(PACKAGES / source) for _, source, _ in entries}
    if record:
        lines = [f"{sums[source]}  {source}  {name}\n" for _, source, name in entries]
        MANIFEST.write_text("".join(lines), encoding="utf-8")
    elif wrong := [source for expected, source, _ in entries if sums[source] != expected]:
        print("setup: not the file that setup/vendor.txt names:", *wrong, file=sys.stderr)
        return 1
    _copy({name: PACKAGES / source for _, source, name in entries})
    return 0


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copy(files: dict[str, Path]) -> None:
    # From nothing each time: what the manifest no longer names is gone.
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, source in files.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(main())
