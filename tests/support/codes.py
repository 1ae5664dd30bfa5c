"""The codes of errors and notices, as the package itself has them: read from its syntax trees."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sidekiq_gen
from sidekiq_gen import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(sidekiq_gen.__file__).parent
STATUSES = {
    name: kind.exit_status
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.SidekiqGenError)
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def found() -> tuple[dict[str, set[int]], set[str]]:
    """Exit statuses by error code, and the codes of notices.

    Raises:
        AssertionError: a code is neither written where it is used, nor handed on, nor that of another error.
    """
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]
    statuses: defaultdict[str, set[int]] = defaultdict(set)
    notices: set[str] = set()
    for call, kinds, code in (told for tree in trees for told in _told(tree)):
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            if "Notice" in kinds:
                notices.add(code.value)
            statuses[code.value] |= {STATUSES[kind] for kind in kinds & STATUSES.keys()}
        else:
            assert ast.unparse(code).rpartition(".")[2] == "code", ast.unparse(call)
    return {code: of_code for code, of_code in statuses.items() if of_code}, notices


def _told(tree: ast.AST) -> Iterator[tuple[ast.Call, set[str], ast.expr]]:
    """Each call that makes an error or a notice, with the kinds that it may be, and its code."""
    makers = {one.name: one for one in ast.walk(tree) if isinstance(one, Function) and _hands_on(one)}
    for call, within in _calls(tree):
        kinds = _kinds(call, within)
        maker = makers.get(getattr(call.func, "id", ""))
        if maker:
            place = [one.arg for one in maker.args.args].index("code")
            made = {kind for one in ast.walk(maker) if isinstance(one, ast.Call) for kind in _kinds(one, None)}
            yield call, made, call.args[place]
        elif kinds == {"Notice"} and call.args:
            yield call, kinds, call.args[0]
        elif kinds:
            yield from ((call, kinds, one.value) for one in call.keywords if one.arg == "code")


def _calls(tree: ast.AST, within: str | None = None) -> Iterator[tuple[ast.Call, str | None]]:
    """Every call below, with the class that it stands in."""
    for one in ast.iter_child_nodes(tree):
        if isinstance(one, ast.Call):
            yield one, within
        yield from _calls(one, one.name if isinstance(one, ast.ClassDef) else within)


def _kinds(call: ast.Call, within: str | None) -> set[str]:
    """The errors, or the notice, that a call may make; a class says its own code to the one above."""
    names = {one.id for one in ast.walk(call.func) if isinstance(one, ast.Name)}
    if isinstance(call.func, ast.Attribute):
        return {within} if call.func.attr == "__init__" and within in STATUSES else set()
    if names == {"kind"}:  # of the one fault of a list of jobs, whose code it keeps
        return {"Refused", "InvalidInput"}
    return names & (STATUSES.keys() | {"Notice"})


def _hands_on(node: Function) -> bool:
    """Whether a function is given the code of what it makes."""
    if "code" not in [one.arg for one in node.args.args]:
        return False
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and _kinds(one, None)]
    return any(isinstance(value, ast.Name) and value.id == "code" for one in calls for value in _values(one))


def _values(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(one.value for one in call.keywords)]
