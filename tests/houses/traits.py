"""What can be seen in a job or a spec with a regular expression: its traits, and the lines that show them.

The same readers look at the house's own files and at what is generated. They share nothing with the readers of
the generator: what both get wrong would not show.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from houses.files import RubyFile

SILENT = "silent"  # about an option
_QUOTED = re.compile(r"""(?P<double>"(?:[^"\\#']|\\[^abefnrstuvx0-9\\'"])*")|(?P<single>'(?:[^'\\"])*')""")
_SUFFIXES = ("Job", "Worker", "Scheduler", "Mailer", "Service")
_DESCRIBE = r"^\s*(?:RSpec\.)?(?:describe|feature)[ (]+[\"'A-Z]"
_NAMES = r"@?(?:job|worker|subject|service|instance)"
_TRACKERS = r"notify|capture_exception|capture_message|report|record_exception|log_exception|notice_error"


@dataclass(frozen=True)
class Seen:
    """The value of a trait in one file, and the numbers of the lines that would change with it, from 1."""

    value: str
    lines: frozenset[int]


Reader: TypeAlias = Callable[["RubyFile"], "Seen | None"]


@dataclass(frozen=True)
class Trait:
    """One convention: the column of the table that it belongs to, how it is read, and cops that overrule a majority."""

    name: str
    column: str
    read: Reader
    cops: tuple[str, ...] = ()


def _matches(file: RubyFile, pattern: str) -> list[int]:
    """The lines that match, without those that are comments."""
    found = enumerate(file.lines, 1)
    return [number for number, line in found if not line.lstrip().startswith("#") and re.search(pattern, line)]


def _class_line(file: RubyFile) -> int:
    return file.text[: file.class_match.start()].count("\n") + 1 if file.class_match else 1


def _seen(value: str, *lines: int) -> Seen:
    return Seen(value, frozenset(lines))


def _folder(file: RubyFile) -> Seen | None:
    """The folder, without the part that repeats the namespace."""
    folder, spaces = file.folder.split("/"), [_snake(part) for part in file.namespace.split("::") if part]
    while spaces and folder and folder[-1] == spaces[-1]:
        folder.pop()
        spaces.pop()
    return _seen("/".join(folder) + (f" holds {file.namespace.split('::')[0]}" if spaces else ""), 1)


def _spec_folder(file: RubyFile) -> Seen | None:
    """The folder of a spec that is at the top of the folders for jobs, else no vote."""
    found = re.match(r"(.*(?:^|/)(?:spec|test)/(?:.*/)?(?:jobs|workers|sidekiq|lib|models|unit))(?:/|$)", file.folder)
    return _seen(found[1] if found else file.folder, 1)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _suffix(file: RubyFile) -> Seen | None:
    found = next((suffix for suffix in _SUFFIXES if file.class_name.endswith(suffix)), "none")
    return _seen(found, _class_line(file))


def _base(file: RubyFile) -> Seen | None:
    if file.class_match and (base := file.class_match["base"]):
        return _seen(base.removeprefix("::"), _class_line(file))
    lines = _matches(file, r"^\s*include Sidekiq::(?:Job|Worker)\b")
    return _seen(file.lines[lines[0] - 1].strip(), lines[0]) if lines else None


def _nesting(file: RubyFile) -> Seen | None:
    if not file.namespace:
        return None
    modules = [file.text[: opened.start()].count("\n") + 1 for opened in file.around]
    ends = range(len(file.lines), len(file.lines) - len(modules), -1)
    return _seen("nested" if modules else "compact", _class_line(file), *modules, *ends)


def _options(file: RubyFile, key: str) -> tuple[str, list[int]]:
    """What is said for an option, and where; both empty when nothing is."""
    options = re.search(r"^\s*sidekiq_options\b(?:.*,\n)*.*", file.text, re.MULTILINE)
    found = options and re.search(rf"\b{key}: ?([^,\n}})]+)|:{key} => ([^,\n}})]+)", options[0])
    if not options or not found:
        return "", []
    return (found[1] or found[2]).strip(), [file.text[: options.start() + found.start()].count("\n") + 1]


def _queue(file: RubyFile) -> Seen | None:
    value, lines = _options(file, "queue")
    lines = lines or _matches(file, r"^\s*queue_as\b")
    if lines and not value:
        value = file.lines[lines[0] - 1].strip().removeprefix("queue_as").strip(" (")
    form = "symbol" if value.startswith(":") else "string" if value[:1] in {'"', "'"} else "other" if value else SILENT
    return _seen(form, *(lines or [_class_line(file)]))


def _retry(file: RubyFile) -> Seen | None:
    value, lines = _options(file, "retry")
    if _matches(file, r"^\s*retry_on\b"):  # ActiveJob counts, and Sidekiq is told not to
        return None
    return _seen("said" if value else SILENT, *(lines or [_class_line(file)]))


def _comment(file: RubyFile) -> Seen | None:
    return _seen("yes" if re.match(r"(#.*\n)*# frozen_string_literal: true", file.text) else "no", 1)


def _quotes(file: RubyFile) -> Seen | None:
    """The quotes of most strings that could have either."""
    where: dict[str, list[int]] = {"double": [], "single": []}
    for number, line in enumerate(file.lines, 1):
        if not line.lstrip().startswith("#"):
            for match in _QUOTED.finditer(line):
                where[str(match.lastgroup)].append(number)
    single, double = len(where["single"]), len(where["double"])
    if single == double:
        return None
    value = "single" if single > double else "double"
    return _seen(value, *where[value])


def _privates(file: RubyFile) -> Seen | None:
    lines = _matches(file, r"^\s*private$")
    if not lines or not file.class_match:
        return None
    number = lines[0]
    inside = len(file.class_match["indent"]) + 2
    column = len(file.lines[number - 1]) - len("private")
    methods = [line for line in _matches(file, r"^\s*def ") if line > number]
    indents = [len(file.lines[line - 1]) - len(file.lines[line - 1].lstrip()) for line in methods]
    where = "outdented" if column < inside else "flush"
    below = ", methods indented" if indents and min(indents) > inside else ""
    changed = range(number, len(file.lines)) if below else lines
    return _seen(where + below, *changed)


def _gap(file: RubyFile) -> Seen | None:
    lines = _matches(file, r"^\s*include Sidekiq::")
    if not lines or not re.search(r"^\s*(sidekiq_options\b|$)", file.lines[lines[0]]):
        return None
    after = file.lines[lines[0] : lines[0] + 2]
    if not any("sidekiq_options" in line for line in after):
        return None
    return _seen("line" if not after[0].strip() else "none", lines[0] + 1)


def _lookup(file: RubyFile) -> Seen | None:
    """How a record is looked up, and what becomes of one that is missing."""
    find = _matches(file, r"[A-Z]\w*\.(?:\w+\.)?find\(")
    by = _matches(file, r"[A-Z]\w*\.(?:\w+\.)?find_by\(?:? ?(?:id:|id \()|find_by_id")
    rescue = _matches(file, r"^\s*rescue .*RecordNotFound")
    if bool(find) == bool(by):
        return None
    return _seen("find_by" if by else "find, rescue" if rescue else "find", *(by or find), *rescue)


def _tracker(file: RubyFile) -> Seen | None:
    lines = _matches(file, rf"\b[A-Z][\w:]*\.(?:{_TRACKERS})\b")
    found = lines and re.search(r"\b([A-Z][\w:]*)\.", file.lines[lines[0] - 1])
    return _seen(found[1], *lines) if found else None


def _logger(file: RubyFile) -> Seen | None:
    lines = _matches(file, r"\blogger\.(?:debug|info|warn|error)\b")
    found = lines and re.search(r"(\b[A-Z][\w:]*\.)?logger\.", file.lines[lines[0] - 1])
    return _seen((found[1] or "") + "logger", *lines) if found else None


def _describe(file: RubyFile) -> Seen | None:
    lines = _matches(file, _DESCRIBE)
    if lines:
        return _seen("RSpec.describe" if "RSpec." in file.lines[lines[0] - 1] else "describe", lines[0])
    found = file.class_match
    return _seen(f"< {found['base']}", _class_line(file)) if found and found["base"] else None


def _helper(file: RubyFile) -> Seen | None:
    lines = _matches(file, r"^require(?:_relative)? ['\"](?:\.\./)*\w*helper['\"]")
    found = lines and re.search(r"(\w+helper)", file.lines[lines[0] - 1])
    return _seen(found[1] if found else "none", *(lines or [1]))


def _metadata(file: RubyFile) -> Seen | None:
    lines = _matches(file, _DESCRIBE)
    if not lines:
        return None
    found = re.search(r"\btype: ?(:\w+)", file.lines[lines[0] - 1])
    return _seen(found[1] if found else "none", lines[0])


def _negation(file: RubyFile) -> Seen | None:
    to_not, not_to = _matches(file, r"\.to_not\b"), _matches(file, r"\.not_to\b")
    if len(to_not) == len(not_to):
        return None
    return _seen("to_not", *to_not) if len(to_not) > len(not_to) else _seen("not_to", *not_to)


def _instance(file: RubyFile) -> Seen | None:
    """How the job comes into the examples; no vote where they watch or stub it as well, for that takes a name."""
    if _matches(file, rf"\b(?:allow|expect)\({_NAMES}\b|\b{_NAMES}\.(?:stub|stubs|expects|define_singleton_method)\b"):
        return None
    forms = {
        "subject": r"^\s*subject\b.*(?:\{|do)",
        "let": r"^\s*let!?\(:\w+\).*\.new\b(?!\.)",
        "described_class.new": r"described_class\.new\.perform",
        "Constant.new": r"\b[A-Z][\w:]*\.new\.perform",
        "perform_now": r"\.perform_(?:now|later|async)\b",
        "@": r"@\w+ = .*\.new$",
    }
    for value, pattern in forms.items():
        if lines := _matches(file, pattern):
            return _seen(value, *lines)
    return None


def _doubles(file: RubyFile) -> Seen | None:
    """What replaces methods in tests."""
    forms = {
        "singleton methods": r"define_singleton_method|alias_method|remove_method",
        "mocha": r"\.(?:stubs|expects)\(",
        "RSpec": r"\b(?:allow|expect)\(.*receive",
        "Minitest": r"\.stub[ (]:?\w",
    }
    for value, pattern in forms.items():
        if lines := _matches(file, pattern):
            return _seen(value, *lines)
    return None


def _data(file: RubyFile) -> Seen | None:
    """Where the records of the examples come from."""
    forms = {
        "Fabricate": r"\bFabricate(?:\.\w+)?\(",
        "FactoryBot.create": r"\bFactory(?:Bot|Girl)\.(?:create|build\w*)\b",
        "create": r"(?<![\w.])(?:create|build|build_stubbed|create_list)[( ]:\w",
        "fixtures": r"(?<![\w.])[a-z_]+s\(:\w+\)",
        "doubles": r"\b(?:instance_)?double\(",
    }
    for value, pattern in forms.items():
        if lines := _matches(file, pattern):
            return _seen(value, *lines)
    return None


_FROZEN = ("Style/FrozenStringLiteralComment",)
_STRINGS = ("Style/StringLiterals",)

OF_JOBS = (
    Trait("folder", "place", _folder),
    Trait("suffix", "place", _suffix),
    Trait("base class", "base", _base),
    Trait("nesting", "nesting", _nesting, ("Style/ClassAndModuleChildren",)),
    Trait("queue", "queue", _queue),
    Trait("retry", "retry", _retry),
    Trait("magic comment", "literals", _comment, _FROZEN),
    Trait("quotes", "literals", _quotes, _STRINGS),
    Trait("private", "layout", _privates, ("Layout/AccessModifierIndentation", "Layout/IndentationConsistency")),
    Trait("line after include", "layout", _gap, ("Layout/EmptyLinesAfterModuleInclusion",)),
    Trait("lookup", "lookup", _lookup),
    Trait("tracker", "reports", _tracker),
    Trait("logger", "reports", _logger),
)
OF_SPECS = (
    Trait("spec folder", "spec place", _spec_folder),
    Trait("spec magic comment", "spec literals", _comment, _FROZEN),
    Trait("spec quotes", "spec literals", _quotes, _STRINGS),
    Trait("describe", "entry", _describe),
    Trait("helper", "entry", _helper),
    Trait("type", "entry", _metadata),
    Trait("negation", "words", _negation, ("RSpec/NotToNot",)),
    Trait("instance", "words", _instance),
    Trait("doubles", "doubles", _doubles),
    Trait("data", "data", _data),
)
COLUMNS = tuple(dict.fromkeys(trait.column for trait in (*OF_JOBS, *OF_SPECS)))
