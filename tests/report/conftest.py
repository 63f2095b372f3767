"""A made-up report of 200 outcomes in 40 groups, with every state a row can be in."""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.estimates import table as estimates
from sweep.report import Report, render

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
BRANDS = (
    *("Aurora", "Birch & Co", "Cobalt", "Dune", "Ember", "Fjord", "Gable", "Harrow", "Iris"),
    *("Juno", "Kestrel", "Lumen", "Mistral", "Nimbus", "Orchard", "Pylon", "Quill", "Rowan"),
    *("Saffron", "Tern"),
)
METRICS = (
    *("awareness", "familiarity", "consideration", "usage", "preference"),
    *("recommendation", "trust", "quality", "value", "ad recall"),
)
LEVELS = {
    "sex": ["Female", "Male"],
    "age_band": ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"],
    "region": [f"Region {i:02d}" for i in range(1, 17)],
    "education": ["None", "GCSE", "A-level", "Degree"],
    "income": ["lowest", "low", "middle", "high", "highest"],
}
REASONS = {
    "failed": "nobody asked: no respondent answered this outcome",
    "cancelled": "cancelled before it started",
    "flagged": "R-hat of the total is 1.031 after 2,000 draws per chain",
}


def make_groups(levels: dict[str, list[str]]) -> list[dict[str, str]]:
    groups: list[dict[str, str]] = [{}]
    for name in ("region", "education", "income"):
        groups += [{name: level} for level in levels[name]]
    groups += [{"age_band": a, "sex": s} for a, s in product(levels["age_band"], levels["sex"])]
    return [*groups, {"group": "young_urban"}, {"group": "graduates_north"}]


def make_rows(question: dict[str, Any], rng: np.random.Generator) -> list[dict[str, Any]]:
    if question["status"] in ("failed", "cancelled"):
        return [{**question, "flag": REASONS[question["status"]]}]
    rows = []
    base = rng.uniform(-4, 1.4)
    for i, group in enumerate(make_groups(LEVELS)):
        logit = base + (rng.normal(0, 0.35) if group else 0)
        mean = float(1 / (1 + np.exp(-logit)))
        n = 19_240 if not group else int(19_240 * rng.uniform(0.0003, 0.12))
        sd = float(np.sqrt(mean * (1 - mean) / (n + 90)))
        raw = float(np.clip(mean + rng.normal(0.03, 0.02), 0, 1))
        low = n < 10 or i == 16
        rows.append(
            {
                **question,
                **group,
                "mean": mean,
                "sd": sd,
                "lower": max(mean - 1.64 * sd, mean / 9),
                "upper": min(mean + 1.64 * sd, 1 - (1 - mean) / 9),
                "mcse": sd / 38,
                "mcse_lower": sd / 13,
                "mcse_upper": sd / 11,
                "ess_bulk": rng.uniform(900, 2400),
                "ess_tail": rng.uniform(800, 2000),
                "r_hat": 1 + rng.exponential(0.001),
                "n": None if low else n,
                "share": 1.0 if not group else n / 19_240,
                "unseen_share": float(rng.uniform(0, 0.1)),
                "raw": None if low else raw,
                "weighted": None if low else (mean + raw) / 2,
                "flag": estimates.withheld_flag(10) if low else None,
            }
        )
    return rows


def make_questions(brands: tuple[str, ...], metrics: tuple[str, ...]) -> list[dict[str, Any]]:
    status = {7: "flagged", 58: "failed", 111: "flagged", 140: "cancelled", 163: "failed"}
    return [
        {
            "outcome": f"{metric.replace(' ', '_')}_{i % len(brands):02d}",
            "label": f"{brand}: {metric}",
            "brand": brand,
            "metric": metric,
            "quantity": "probability",
            "status": status.get(i, "ok"),
        }
        for i, (metric, brand) in enumerate(product(metrics, brands))
    ]


def make_report(
    brands: tuple[str, ...] = BRANDS, metrics: tuple[str, ...] = METRICS, **more: Any
) -> Report:
    rng = np.random.default_rng(19)
    questions = make_questions(brands, metrics)
    rows = [row for question in questions for row in make_rows(question, rng)]
    outcomes = pd.DataFrame([make_outcome(question, rng) for question in questions])
    fields: dict[str, Any] = {
        "name": "tracker-2026",
        "estimates": estimates.tidy(rows, list(LEVELS), LEVELS),
        "outcomes": outcomes,
        "transform": make_transform(),
        "provenance": make_provenance(),
        "variables": tuple(LEVELS),
        "interval": 0.9,
    }
    return Report(**{**fields, **more})


def make_outcome(question: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    fitted = question["status"] in ("ok", "flagged")
    flagged = question["status"] == "flagged"
    return {
        **{name: question[name] for name in ("outcome", "label", "brand", "metric", "status")},
        "tags": "funnel, tracker" if question["metric"] == "awareness" else None,
        "reason": REASONS.get(question["status"]),
        "n": int(rng.integers(4_000, 19_240)) if fitted else 0,
        "draws": (8_000 if flagged else 2_000) if fitted else None,
        "r_hat": (1.031 if flagged else 1 + rng.exponential(0.002)) if fitted else None,
        "ess_min": float(rng.gamma(20, 70)) if fitted else None,
        "divergences": (12 if flagged else 0) if fitted else None,
        "design_effect": float(rng.uniform(1.1, 1.9)) if fitted else None,
        "remedies": "target_accept 0.95, longer tuning" if flagged else None,
    }


def make_transform() -> dict[str, Any]:
    dropped = [
        {"reason": 'filter interview_complete == 1 & age > "17"', "count": 512},
        {"reason": "missing income", "count": 248},
    ]
    return {
        "survey": {"read": 20_000, "kept": 19_240, "dropped": dropped},
        "population": {"read": 3_840, "kept": 3_840, "dropped": [], "size": 51_234_567.0},
        "cells": 3_840,
        "occupied": 3_537,
        "predictors": LEVELS,
    }


def make_provenance() -> dict[str, Any]:
    return {
        "model": "mrp",
        "terms": ["intercept ~ normal(0, 3.0)", "contrast(sex) ~ normal(0, 1.0)"]
        + [f"varying({v}), scale ~ half-normal(0.5)" for v in list(LEVELS)[1:]]
        + ["varying(age_band × region), scale ~ half-normal(0.25)"],
        "sampler": {"draws": 500, "tune": 200, "chains": 4, "target_ess": 1000, "seed": 20261123},
        "toolchain": {"nutpie": "0.16.11", "numba": "0.68.0", "numpy": "2.5.5", "cpu": "avx2"},
        "interval": 0.9,
        "minimum_base": 10,
        "weight": "w",
        "keys": {"design": "ab" * 20, "frame": "cd" * 20},
    }


@pytest.fixture(scope="session")
def make() -> Callable[..., Report]:
    """Return the function that makes reports, for tests that need another one."""
    return make_report


@pytest.fixture(scope="session")
def report() -> Report:
    return make_report()


@pytest.fixture(scope="session")
def html(report: Report) -> str:
    return render(report)


class Visit:
    """A page in Chromium, and everything it did that a file should not do."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text))
        page.on("dialog", lambda dialog: self.errors.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: self.requests.append(request.url))

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_page(html: str, width: int = 1280, anchor: str = "", **options: Any) -> Visit:
        path = tmp_path / "report.html"
        path.write_text(html, "utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.goto(path.as_uri() + anchor)
        return visit

    yield open_page
    for context in contexts:
        context.close()
