from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from sidekiq_gen import __version__
from sidekiq_gen.ruby.environment import declared, environment
from sidekiq_gen.ruby.runtime import module_name
from support.compiled import build_hook

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PACKAGE = ROOT / "generator" / "sidekiq_gen"
WHERE = "import importlib.resources as r; print(r.files('sidekiq_gen') / 'templates')"
WITHOUT_JINJA = """
import sys
from sidekiq_gen.__main__ import main
sys.modules["jinja2"] = None
main()
"""

Contents = dict[str, bytes]


@dataclass(frozen=True)
class Built:
    sdist: Path
    from_sdist: Path
    from_checkout: Path


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(folder: Path) -> Contents:
    files = [Path(home, name) for home, _, names in os.walk(folder, followlinks=True) for name in names]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.suffix != ".pyc"}


def wheel_contents(wheel: Path, under: str) -> Contents:
    with zipfile.ZipFile(wheel) as archive:
        return {name.removeprefix(under): archive.read(name) for name in archive.namelist() if name.startswith(under)}


def sdist_contents(sdist: Path, under: str) -> Contents:
    under = f"{sdist.name.removesuffix('.tar.gz')}/{under}"
    with tarfile.open(sdist) as archive:
        members = [member for member in archive.getmembers() if member.name.startswith(under)]
        files = {member.name.removeprefix(under): archive.extractfile(member) for member in members if member.isfile()}
        return {name: file.read() for name, file in files.items() if file}


def build(sources: Path, out: Path, *further: str, **surroundings: str) -> None:
    command: list[str | Path] = [sys.executable, "-m", "build", "--no-isolation", *further, "--outdir", out, sources]
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"} | surroundings
    run(*command, cwd=out, env=environment)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    both, wheel = tmp_path_factory.mktemp("both"), tmp_path_factory.mktemp("wheel")
    build(ROOT, both, TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    build(ROOT, wheel, "--wheel", TZ="Asia/Tokyo", LC_ALL="C.UTF-8", PYTHONHASHSEED="2")
    (sdist,), (from_sdist,), (from_checkout,) = both.glob("*.tar.gz"), both.glob("*.whl"), wheel.glob("*.whl")
    return Built(sdist, from_sdist, from_checkout)


@pytest.fixture
def empty_environment(tmp_path: Path) -> Path:
    home = tmp_path / "environment"
    venv.create(home)
    return home / "bin"


def test_the_checkout_reaches_its_templates_through_the_package() -> None:
    assert contents(PACKAGE / "templates") == contents(TEMPLATES) != {}


def test_the_sdist_has_the_package_with_its_templates_as_plain_files(built: Built) -> None:
    assert sdist_contents(built.sdist, "generator/sidekiq_gen/") == contents(PACKAGE)


def test_the_wheel_is_the_package_and_nothing_else(built: Built) -> None:
    made = wheel_contents(built.from_checkout, "sidekiq_gen/")
    assert {path: data for path, data in made.items() if not path.startswith("compiled/")} == contents(PACKAGE)
    tops = {name.split("/")[0] for name in wheel_contents(built.from_checkout, "")}
    assert tops == {"sidekiq_gen", f"sidekiq_gen-{__version__}.dist-info"}


def test_the_wheel_has_every_template_as_it_is_compiled_from_its_source(built: Built) -> None:
    def compiled(path: str) -> str:
        source = (TEMPLATES / path).read_text(encoding="utf-8")
        return build_hook().of_the_runtime(environment().compile(source, path, raw=True, defer_init=True))  # type: ignore[no-any-return]

    made = wheel_contents(built.from_checkout, "sidekiq_gen/compiled/")
    listed: dict[str, object] = {}
    exec(made.pop("__init__.py"), listed)  # noqa: S102 - this very build wrote it
    expected = {f"{module_name(path)}.py": compiled(path) for path in contents(TEMPLATES)}
    assert {name: data.decode() for name, data in made.items()} == expected
    assert listed["DECLARED"] == {path: tuple(sorted(declared(path))) for path in contents(TEMPLATES)}


def test_the_wheel_made_from_the_sdist_has_the_same_bytes(built: Built) -> None:
    assert wheel_contents(built.from_sdist, "") == wheel_contents(built.from_checkout, "")
    assert built.from_sdist.read_bytes() == built.from_checkout.read_bytes()


def test_another_copy_that_only_its_owner_may_read_builds_the_same_bytes(built: Built, tmp_path: Path) -> None:
    made = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "dist", "build")
    copy = shutil.copytree(ROOT, tmp_path / "in/another/place", symlinks=True, ignore=made)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
            os.utime(path, (1, 1))

    build(copy, tmp_path, TZ="America/Lima", LC_ALL="C", PYTHONHASHSEED="3")

    (sdist,), (wheel,) = tmp_path.glob("*.tar.gz"), tmp_path.glob("*.whl")
    assert sdist.read_bytes() == built.sdist.read_bytes()
    assert wheel.read_bytes() == built.from_sdist.read_bytes()


def test_an_installed_wheel_works_from_any_folder(built: Built, empty_environment: Path, tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--python", empty_environment / "python", "--disable-pip-version-check")
    run(*pip, "install", "-c", ROOT / "constraints.txt", built.from_sdist, cwd=tmp_path)
    command, root = empty_environment / "sidekiq-gen", tmp_path / "storefront"
    shutil.copytree(ROOT / "examples" / "storefront", root)
    before = contents(root)

    assert run(command, "--version", cwd=tmp_path) == f"sidekiq-gen {__version__}\n"
    job = ("job", "ChargeCustomer", "--model", "Order", "--pretend", "--root", root)
    printed = run(command, *job, cwd=tmp_path)
    without_jinja = run(empty_environment / "python", "-c", WITHOUT_JINJA, *job, cwd=tmp_path)

    for path in ("app/jobs/charge_customer_job.rb", "spec/jobs/charge_customer_job_spec.rb"):
        assert f"      create  {path}\n" in printed
    assert without_jinja == printed
    assert contents(root) == before
    templates = Path(run(empty_environment / "python", "-I", "-c", WHERE, cwd=tmp_path).strip())
    assert templates.is_relative_to(empty_environment.parent)
    assert contents(templates) == contents(TEMPLATES)
