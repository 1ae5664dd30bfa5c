"""Makes what a release consists of, twice, and fails where the two differ in a byte.

    python release/dist.py [FOLDER]

FOLDER (dist/ unless said otherwise) then holds the sdist, the wheel, the bill of materials and SHA256SUMS. All is made
from the commit that is checked out: what is not committed is not in it. Both builds use the installed hatchling, so
that nothing is fetched; hatchling writes its own fixed time into both archives. SIDEKIQ_GEN_ADDRESS is where the
repository is on the web (hatch_build.py); the wheel of the sdist is built without it. A bill of materials lists what
constraints.txt has on this Python, as CycloneDX 1.6 (JSON).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
# Two folders, and all that a build may see beside its sources.
SURROUNDINGS: tuple[tuple[str, dict[str, str]], ...] = (
    ("one", {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1", "UMASK": "022"}),
    ("another/and/deeper", {"LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2", "UMASK": "077"}),
)
BILL = "sidekiq-gen.cdx.json"


def main(folder: Path) -> None:
    """Build, compare, and put the files into the folder.

    Raises:
        SystemExit: a build failed, or the two differ.
    """
    with tempfile.TemporaryDirectory() as home:
        first, second = (build(Path(home, name), surroundings) for name, surroundings in SURROUNDINGS)
        if differing := sorted(name for name in {*first, *second} if first.get(name) != second.get(name)):
            sys.exit(f"Not the same bytes twice: {', '.join(differing)}")
    wheel = next(name for name in first if name.endswith(".whl"))
    first[BILL] = bill_of_materials(wheel, first[wheel])
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(first.items()))
    first["SHA256SUMS"] = sums.encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in first.items():
        (folder / name).write_bytes(content)
    sys.stdout.write(sums)


def build(folder: Path, surroundings: dict[str, str]) -> dict[str, bytes]:
    """Build in a copy of the commit: the sdist, from it the wheel, and the wheel of the checkout, which is the same."""
    umask, environment = surroundings["UMASK"], {**os.environ, **surroundings}
    environment.pop("SOURCE_DATE_EPOCH", None)
    copy, out = folder / "copy", folder / "out"
    shell = (
        f"umask {umask} && mkdir -p {copy} && "
        f"git -c safe.directory='*' archive HEAD | tar -x -C {copy} && cd {copy} && "
        f"{sys.executable} -m build --no-isolation --sdist --outdir {out} . && "
        f"{sys.executable} -m build --no-isolation --wheel --outdir {out}/checkout . && "
        f"mkdir sdist && tar -x --strip-components=1 -C sdist -f {out}/*.tar.gz && unset SIDEKIQ_GEN_ADDRESS && "
        f"{sys.executable} -m build --no-isolation --wheel --outdir {out} sdist"
    )
    run(["/bin/sh", "-c", shell], environment)
    files = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    (checkout,) = (out / "checkout").iterdir()
    if files[checkout.name] != checkout.read_bytes():
        sys.exit(f"The wheel of the sdist is not that of the checkout: {checkout.name}")
    shutil.rmtree(folder)
    return files


def run(command: list[str], environment: dict[str, str]) -> str:
    """What a command prints; one that fails ends the program with what it has said."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}{command[0]} ended with status {done.returncode}")
    return done.stdout


def bill_of_materials(name: str, wheel: bytes) -> bytes:
    """What an installed wheel brings with it, as CycloneDX JSON; the same bytes each time.

    Raises:
        SystemExit: the document is not as its schema wants it.
    """
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--short-PURLs"]
    command += ["--sv", "1.6", "--of", "JSON", "--pyproject", str(ROOT / "pyproject.toml"), sys.executable]
    environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    document = of_the_wheel(json.loads(run(command, environment)), name, hashlib.sha256(wheel).hexdigest())
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"The bill of materials is not valid: {error}")
    return text.encode()


def of_the_wheel(document: dict[str, Any], name: str, digest: str) -> dict[str, Any]:
    """The bill of an environment without what the wheel does not need: tools of development, links of all kinds.

    document: as cyclonedx-py writes it. name, digest: of the wheel, the digest its SHA-256 in hexadecimal.
    """
    main, wanted = document["metadata"]["component"], needed("sidekiq-gen")
    main |= {"version": name.split("-")[1], "hashes": [{"alg": "SHA-256", "content": digest}]}
    components = [one for one in document["components"] if canonicalize_name(one["name"]) in wanted]
    references = {one["bom-ref"] for one in (main, *components)}
    dependencies = [
        {**entry, "dependsOn": [one for one in entry.get("dependsOn", ()) if one in references]}
        for entry in document["dependencies"]
        if entry["ref"] in references
    ]
    for component in (*components, *document["metadata"]["tools"]["components"]):
        component.pop("externalReferences", None)
    return document | {"components": components, "dependencies": dependencies}


def needed(package: str) -> set[str]:
    """The names of the installed packages that a package needs on this Python, and these again, without any extra.

    Raises:
        importlib.metadata.PackageNotFoundError: one is not installed.
    """
    found: set[str] = set()
    left = [package]
    while left:
        for text in requires(left.pop()) or ():
            requirement = Requirement(text)
            name = canonicalize_name(requirement.name)
            if name not in found and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
                found.add(name)
                left.append(name)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
