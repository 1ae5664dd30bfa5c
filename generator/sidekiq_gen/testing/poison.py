"""Cases in which what a repo or a user says would be code if a template printed it as it is.

Every free text carries a word, MARK, behind what would end a literal or begin an interpolation: wherever Ruby then
takes the word for a name, data has become code. What is refused, a queue of that name for example, cannot become code
either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.quoting import ruby_string
from sidekiq_gen.testing.cases import Case
from sidekiq_gen.testing.places import Place, places
from sidekiq_gen.testing.repos import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.flags import Flag
    from sidekiq_gen.testing.cases import Subject
    from sidekiq_gen.testing.levels import Level

MARK = "PWNED"
TEXTS = (f"one#{{{MARK}}}", f'one"; {MARK}; "', f"one'; {MARK}; '", f"one\n{MARK}\n", f"one\\#{{{MARK}}}`{MARK}`")
# What a repo says by itself: the names of a factory, a fixture and a queue, and a third state of a column.
_FILES: Mapping[str, str] = {
    "app/models/order.rb": "class Order < ApplicationRecord\n"
    f"  enum :state, {{ open: 0, {ruby_string(TEXTS[0])} => 1, done: 2 }}\nend\n",
    "db/schema.rb": SCHEMA.replace('t.string "state"', 't.integer "state"'),
    "spec/factories.rb": f'FactoryBot.define do\n  factory :"{TEXTS[0]}", class: "Order"\n  factory :restaurant\nend\n',
    "test/fixtures/orders.yml": f"{TEXTS[0]!r}:\n  total_cents: 1\n",
    "config/sidekiq.yml": f":queues:\n  - {TEXTS[0]!r}\n  - default\n",
}


def poisoned(subject: Subject) -> Iterator[Case]:
    """Every shape and pattern in a repo of such names, and each free text of a flag in every shape."""
    for place in places()[:2]:  # one tree, both frameworks: how a text is printed does not depend on the release
        where = Place(f"poisoned-{place.name}", place.repo.but(files=_FILES))
        for shape, asked in subject.shapes.items():
            yield Case(where, "poison", shape, asked, shown=False)
            yield Case(where, "poison", f"{shape}-state", asked | {"check_then_act": "state=open:done"}, shown=False)
        for pattern in subject.patterns:
            over = subject.shapes[subject.shape_for(pattern)]
            for name, level in subject.levels[pattern.name].items():
                yield Case(where, "poison", name, over | level, shown=False)
        for shape, asked in subject.shapes.items():
            for number, said in enumerate(_free_texts(subject)):
                yield Case(where, "poison", f"{shape}-{number}", asked | said, shown=False)


def _free_texts(subject: Subject) -> Iterator[Level]:
    for text in TEXTS:
        yield {"queue": text}
        yield {"tags": (text,)}
    for attribute in subject.attributes:
        yield from _values(attribute.flag)
    for pattern in subject.patterns:
        if pattern.name in subject.own:
            first = pattern.flags[0].parameter
            for flag in pattern.flags:
                yield from ({first: pattern.example, **said} for said in _values(flag))


def _values(flag: Flag) -> Iterator[dict[str, Any]]:
    if flag.type == "list":
        yield from ({flag.parameter: (text,)} for text in TEXTS)
    elif flag.type == "text":
        yield from ({flag.parameter: text} for text in TEXTS)
