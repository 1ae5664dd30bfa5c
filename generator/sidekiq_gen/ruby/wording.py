"""English for the descriptions in specs and above classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidekiq_gen.naming import JobName

# First words of job names that are certainly verbs; other names are not turned into sentences.
_VERBS = frozenset(
    "accept add aggregate approve archive assign backfill block build bump cache calculate cancel capture charge "
    "check clean cleanup clear close collect compress compute confirm copy create deactivate deliver delete destroy "
    "detect disable download drop enable enrich enqueue ensure expire export fetch fill finalize finish flag flush "
    "forward geocode generate grant import index ingest invalidate invite issue link lock log mark merge migrate "
    "move normalize notify parse pay persist ping poll populate post prepare process provision prune publish pull "
    "purge push rebuild recalculate recompute reconcile record refresh refund register reindex reject release "
    "remind remove rename render renew repair reset resend resize resolve restore resume retrieve revoke rotate run "
    "save scan schedule score scrape send settle ship split start stop store submit subscribe summarize suspend "
    "sweep sync synchronize tag touch track transcode transfer transform translate trigger trim unblock unlink "
    "unlock unsubscribe update upload upsert validate verify void warm withdraw write".split()
)


def what_it_does(name: JobName) -> str:
    """What the job does, as the description of an example: ``charges the customer``, or ``does its work``."""
    verb, *things = name.words
    if verb not in _VERBS:
        return "does its work"
    if not things:
        return f"{third_person(verb)} what it is given"
    return f"{third_person(verb)} the {' '.join(things)}"


def what_it_is(name: JobName) -> str:
    """What a comment above the class says: ``Charges the customer.``, or its name in words: ``Nightly digest.``."""
    verb, *_ = name.words
    text = what_it_does(name) if verb in _VERBS else " ".join(name.words)
    return f"{text[0].upper()}{text[1:]}."


def third_person(verb: str) -> str:
    """``charge`` -> ``charges``, ``push`` -> ``pushes``, ``notify`` -> ``notifies``."""
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"
