"""Run plans: what a run's ``plan.json`` says, the sweep made concrete."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sweep.config import Execution
from sweep.data.findings import Finding, finding_from
from sweep.journal.entries import Entry, entry_from, entry_json
from sweep.keys import Json

__all__ = ["Covered", "RunPlan", "plan_from"]


@dataclass(frozen=True)
class Covered:
    """Which part of its sweep a plan covers.

    ``patterns`` and ``limit`` are what the user asked for; ``outcomes`` are all that the sweep has,
    ``kept`` the respondents taken, of ``respondents`` in all.
    """

    patterns: tuple[str, ...]
    limit: int | None
    outcomes: int
    kept: int
    respondents: int


@dataclass(frozen=True)
class RunPlan:
    """What a run consists of; immutable.

    ``config`` is the resolved config in JSON's terms, ``directory`` where its relative paths start,
    ``sample`` how many respondents were asked for (None: all). ``design`` is the key of the design,
    ``model_blob`` where the model file's bytes are. ``selection`` and ``predictors``, in the
    config's order, are None in plans of earlier versions. ``config_file`` is the path of the config
    on the machine that made the plan, None if it was given as a dict, and in earlier plans.
    ``notices`` say what was inferred of the data, and what is worth a look; ``labels`` are what
    readers see in place of a variable's name, by variable. ``run`` and ``started`` are empty until
    the run has begun.
    """

    name: str
    config: Json
    directory: str
    sample: int | None
    design: str
    model_blob: str
    entries: tuple[Entry, ...]
    selection: Covered | None = None
    predictors: tuple[str, ...] | None = None
    config_file: str | None = None
    notices: tuple[Finding, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    run: str = ""
    started: str = ""

    @property
    def study(self) -> Json:
        """Return the hashed half of the config, in JSON's terms."""
        study: Json = self.config["study"]
        return study

    @property
    def execution(self) -> Execution:
        """Return the execution that the run was begun with."""
        return Execution.model_validate(self.config["execution"])

    @property
    def keeps_draws(self) -> bool:
        """Return whether the run keeps its draws."""
        return "draws" in self.config["execution"]["keep"]

    def as_json(self) -> Json:
        """Return the plan as it is stored."""
        return {
            "name": self.name,
            "config": self.config,
            "directory": self.directory,
            "config_file": self.config_file,
            "sample": self.sample,
            "selection": None if self.selection is None else asdict(self.selection),
            "predictors": None if self.predictors is None else list(self.predictors),
            "notices": [notice.as_json() for notice in self.notices],
            "labels": dict(self.labels),
            "design": self.design,
            "model_blob": self.model_blob,
            "outcomes": [entry_json(entry) for entry in self.entries],
            "run": self.run,
            "started": self.started,
        }


def plan_from(record: Json) -> RunPlan:
    """Return a plan from its record."""
    plain = ("name", "config", "directory", "sample", "design", "model_blob", "run", "started")
    selection, predictors = record.get("selection"), record.get("predictors")
    if selection is not None:
        selection = Covered(**{**selection, "patterns": tuple(selection["patterns"])})
    return RunPlan(
        entries=tuple(entry_from(entry, record["design"]) for entry in record["outcomes"]),
        selection=selection,
        predictors=None if predictors is None else tuple(predictors),
        config_file=record.get("config_file"),
        notices=tuple(map(finding_from, record.get("notices", ()))),
        labels=record.get("labels", {}),
        **{name: record[name] for name in plain},
    )
