"""Explain: the verb that says why, for every outcome of a config or for one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.options import Config, Format, Limit, Printed, Sample, Select, Set
from sweep.keys import Json

if TYPE_CHECKING:
    from sweep.planning.explain import Explanation

__all__ = ["explain"]

SHOWN = 8  # outcomes named per group of those with the same reasons, unless all are asked for
WORDS = {
    "taken": "taken from the store",
    "estimate": "to be poststratified from stored draws",
    "fit": "to be fitted",
    "failed": "not to be tried",
}


def explain(  # noqa: PLR0913, PLR0917 # one parameter per option
    config: Config,
    select: Select,
    set_: Set,
    outcome: Annotated[
        str | None, typer.Argument(metavar="[OUTCOME]", help="Only this outcome.")
    ] = None,
    sample: Sample = None,
    limit: Limit = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name every outcome.")] = False,
    format_: Printed = Format.table,
) -> None:
    """Say for each outcome whether a run would fit it, and why: nothing is fitted.

    What would be made is compared with the nearest stored result, field by field: old and new
    value, in the config's words. Outcomes with the same reasons are told together.
    """
    from sweep.cli.output import print_json, print_lines
    from sweep.client.verbs import explain_outcomes

    found = explain_outcomes(config, outcome, select, set_, sample, limit)
    if format_ is Format.json:
        print_json([facts_of(e) for e in found])
    else:
        print_lines(lines_of(found, None if verbose else SHOWN))


def facts_of(explanation: "Explanation") -> Json:
    """Return an explanation in JSON's terms."""
    from dataclasses import asdict

    return asdict(explanation)


def lines_of(found: "Sequence[Explanation]", shown: int | None) -> list[str]:
    """Return explanations in words, those with the same reasons under one heading."""
    groups: dict[tuple[str, ...], list[Explanation]] = {}
    for e in found:
        alike = (e.action, e.reason, *(d.words for d in e.differences))
        groups.setdefault(alike, []).append(e)
    order = list(WORDS)
    lines: list[str] = []
    for (action, reason, *words), members in sorted(
        groups.items(), key=lambda item: -order.index(item[0][0])
    ):
        names = [e.outcome for e in members]
        few = names[:shown]
        more = f" and {len(names) - len(few)} more (-v names all)" if len(few) < len(names) else ""
        lines += ["", f"{len(names)} {WORDS[action]}: {reason}"]
        lines += [f"    {word}" for word in words]
        lines += [f"  {', '.join(few)}{more}"]
    return lines[1:]
