"""The report in a real browser: it draws, searches, sorts, prints, and asks for nothing."""

import re
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest

from sweep.estimates import table as estimates
from sweep.report import Report, render

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<svg onload=alert(4)>",
    "<svg><script>alert(5)</script></svg>",
    '"><img src=x onerror=alert(6)>',
    "'><img src=x onerror=alert(7)>",
    '" onmouseover="alert(8)',
    "' autofocus onfocus='alert(9)",
    "javascript:alert(10)",
    "<a href=javascript:alert(11)>x</a>",
    "<iframe srcdoc='<script>alert(12)</script>'></iframe>",
    "<object data=data:text/html,<script>alert(13)</script>>",
    "<embed src=//evil.test/14>",
    "<link rel=stylesheet href=//evil.test/15.css>",
    "<style>@import '//evil.test/16.css'</style>",
    "<base href=//evil.test/17/>",
    "<meta http-equiv=refresh content='0;url=//evil.test/18'>",
    "<form action=//evil.test/19><button>go</button></form>",
    "<!--<script>alert(20)//-->",
    "<![CDATA[<script>alert(21)</script>]]>",
    "{{ 7 * 7 }}{% raw %}",
    "${alert(23)}`",
    "\\u003cscript\\u003ealert(24)\\u003c/script\\u003e",
    "&lt;script&gt;alert(25)&lt;/script&gt;",
    "\u2028alert(26)\u2029",
    "</style><script>alert(27)</script>",
    "</textarea></title><script>alert(28)</script>",
    "<details open ontoggle=alert(29)>",
    "__proto__",
    "constructor",
    "\u202egnp.exe \u2066",
    "=HYPERLINK('//evil.test/33')",
)
LONG = "W" * 300

Open = Callable[..., Any]


def spread(values: tuple[str, ...], length: int) -> list[str]:
    return list(islice(cycle(values), length))


def quiet(visit: Any) -> bool:
    """Tell whether the page did nothing but load itself; say what it did otherwise."""
    assert visit.errors == []
    assert len(visit.requests) == 1
    return True


def shown(visit: Any, selector: str) -> list[str]:
    # SVG has no innerText
    texts: list[str] = visit.page.locator(selector).all_text_contents()
    return texts


@pytest.mark.parametrize("width", [1280, 360])
def test_it_opens_without_an_error_or_a_request_or_sideways_scrolling(
    visit: Open, html: str, width: int
) -> None:
    page = visit(html, width)

    assert quiet(page)
    assert page.overflow() == 0
    assert page.page.locator("#figure .row").count() == 16
    assert page.page.locator("table.heat td button").count() == 200


def test_print_and_dark_layouts_hold_too(visit: Open, html: str) -> None:
    page = visit(html, 700, color_scheme="dark")
    page.page.emulate_media(media="print")

    assert page.overflow() == 0
    assert not page.page.locator("#table-host").is_visible()
    assert page.page.locator("#table .static tbody tr").count() == 197
    assert page.page.locator("#table .static tbody tr").last.is_visible()
    assert quiet(page)


def test_without_javascript_the_totals_and_states_are_there(visit: Open, html: str) -> None:
    page = visit(html, java_script_enabled=False)

    assert page.page.locator("h1").inner_text() == "tracker-2026"
    assert page.page.locator("#table tbody tr").first.is_visible()
    assert page.page.locator("#diagnostics tbody tr").count() == 200
    assert not page.page.locator("#explore").is_visible()


def test_searching_picks_an_outcome_by_keyboard(visit: Open, html: str) -> None:
    page = visit(html)
    page.page.click("#outcome")
    page.page.fill("#outcome", "trust ember")

    assert shown(page, "#outcome-list [role=option] span:first-child") == ["Ember: trust"]
    page.page.keyboard.press("Enter")

    assert page.page.locator("#figure-title").inner_text() == "Ember: trust"
    assert "outcome=trust_04" in page.page.url
    assert quiet(page)


def test_a_link_brings_the_same_view_back(visit: Open, html: str) -> None:
    page = visit(html, anchor="#view=outcomes&by=region&group=Region+03&metric=usage&order=high")

    assert page.page.locator("#figure-title").inner_text() == "Region 03"
    assert page.page.locator("#figure .row").count() == 20
    labels = [x.get_attribute("aria-label") for x in page.page.locator("#figure .row").all()]
    assert all(": usage." in label for label in labels)


def test_flagged_and_failed_outcomes_say_why(visit: Open, html: str) -> None:
    page = visit(html)
    page.page.click(".problems a >> text=Saffron: consideration")
    failed = page.page.locator("#figure-flag").inner_text()
    page.page.click(".problems a >> text=Harrow: awareness")

    assert failed == "✕ failed: nobody asked: no respondent answered this outcome"
    assert "R-hat of the total is 1.031" in page.page.locator("#figure-flag").inner_text()
    assert page.page.locator("#figure .row .flag").count() == 16


def test_a_small_base_is_withheld_in_words(visit: Open, html: str) -> None:
    page = visit(html)

    assert "n < 10 (withheld)" in shown(page, "#figure .row")[-1]
    assert page.page.locator("#figure .row").last.locator(".raw").count() == 0


def test_an_outcomes_own_small_base_is_withheld_in_words(
    visit: Open, make: Callable[..., Report]
) -> None:
    report = make()
    bases = report.outcomes["n"].astype("Int64")
    bases[0] = None  # as where fewer than ten were asked
    page = visit(render(make(outcomes=report.outcomes.assign(n=bases))))

    host = page.page.locator("#diagnostics-host")
    host.locator("input").fill("Aurora awareness")
    first = shown(page, "#diagnostics-host tbody tr:first-child td:nth-child(4)")
    assert first == [estimates.withheld_flag(10)]
    assert quiet(page)


def test_groups_of_two_variables_are_read_under_headings(visit: Open, html: str) -> None:
    page = visit(html)
    page.page.select_option("#by", label="sex × age_band")

    assert shown(page, "#figure svg > text.strong") == ["Female", "Male"]
    page.page.locator("#figure .row").first.focus()
    page.page.keyboard.press("ArrowDown")
    assert page.page.locator("#figure .tip b").inner_text() == "Female · 25-34"


def test_the_table_of_every_estimate_is_searched_sorted_and_paged(visit: Open, html: str) -> None:
    page = visit(html)
    host = page.page.locator("#table-host")
    assert host.locator("tbody tr").count() == 50
    assert shown(page, "#table-host tbody tr:first-child td:nth-child(2)") == ["✕ failed"]

    host.locator("input").fill("pylon total")
    assert "of 10" in host.locator(".pager span").inner_text()
    host.locator("th button >> text=estimate").click()
    cells = shown(page, "#table-host tbody td:nth-child(3)")
    values = [float(cell.rstrip("\u00a0%").strip("<>")) for cell in cells]

    assert values == sorted(values, reverse=True)
    host.locator("th button >> text=estimate").click()
    assert shown(page, "#table-host tbody td:nth-child(3)") == cells[::-1]
    assert quiet(page)


def test_every_column_sorts_without_an_error(visit: Open, html: str) -> None:
    page = visit(html)
    for host in ("#table-host", "#diagnostics-host"):
        for i in range(page.page.locator(f"{host} th button").count()):
            page.page.locator(f"{host} th button").nth(i).click()
            assert page.page.locator(f"{host} th[aria-sort]").count() == 1
    assert quiet(page)


def test_a_cell_of_the_grid_opens_its_outcome(visit: Open, html: str) -> None:
    page = visit(html)
    page.page.click("table.heat thead button >> text=trust")
    page.page.locator("table.heat tbody tr").first.locator("td").nth(6).locator("button").click()

    assert page.page.locator("#figure-title").inner_text() == "Ember: trust"
    assert quiet(page)


def test_script_and_template_write_a_percentage_alike(
    visit: Open, make: Callable[..., Report]
) -> None:
    report = make()
    table = report.estimates
    totals = table[table["share"] == 1].reset_index(drop=True)
    totals.loc[3, ["mcse_lower", "mcse_upper"]] = [0.00249, 0.0025]
    totals.loc[4, ["lower", "mean", "upper"]] = [0.12344996, 0.76749979, 0.99999999]
    html = render(make(estimates=totals, interval=0.975))
    scripted, static = visit(html), visit(html, java_script_enabled=False)
    columns = [shown(static, f"#table tbody td:nth-child({k})") for k in (2, 3)]
    drawn = [shown(scripted, f"#table-host tbody td:nth-child({k})") for k in (3, 4, 5)]
    ends = [f"{low} to {high}" for low, high in zip(*drawn[1:], strict=True)]

    assert 50 == len(ends)
    for page in (scripted, static):
        assert "97.5\u00a0% interval" in page.page.locator("body").inner_text()
    assert any("▲" in value for value in drawn[0])
    assert ["≈" in value for value in ends] == [k == 3 for k in range(50)]
    assert drawn[0] == columns[0][:50]
    assert ends == columns[1][:50]


def test_every_column_of_a_figure_has_the_decimals_that_hold_in_all_its_rows(
    visit: Open, make: Callable[..., Report]
) -> None:
    report = make()
    table = report.estimates.copy()
    exact = ["mcse", "mcse_lower", "mcse_upper"]
    table[exact] = 0.0001
    first = table["outcome"] == "awareness_00"
    table.loc[first & (table["region"] == "Region 05"), "mcse_upper"] = 0.0004
    page = visit(render(make(estimates=table)), anchor="#outcome=awareness_00&by=region")
    means = shown(page, "#figure .row text.strong")
    ranges = [text for text in shown(page, "#figure .row text.soft") if "–" in text]

    assert 16 == len(means) == len(ranges)
    assert all(re.fullmatch(r"\d+\.\d\xa0%", mean) for mean in means)
    assert all(re.fullmatch(r"\d+–\d+", between) for between in ranges)
    page.page.select_option("#by", label="education")
    ranges = [text for text in shown(page, "#figure .row text.soft") if "–" in text]
    assert all(re.fullmatch(r"\d+\.\d–\d+\.\d", between) for between in ranges)
    assert quiet(page)


def hostile_report(make: Callable[..., Report]) -> Report:
    """Return a report whose every name, level, reason and setting is a payload."""
    report = make(brands=PAYLOADS, metrics=("<b>metric</b>", "</script>"))
    levels = {"sex": ["<i>F", "<i>M"], "region": [*PAYLOADS, LONG]}
    variables = ["sex", "region", "<u>more</u>"]
    rows: list[dict[str, Any]] = []
    for i, outcome in enumerate(report.outcomes.to_dict("records")):
        base = {
            **{name: outcome[name] for name in ("outcome", "label", "brand", "metric", "status")},
            "mean": 0.4,
            "sd": 0.01,
            "lower": 0.38,
            "upper": 0.42,
            **dict.fromkeys(("mcse", "mcse_lower", "mcse_upper"), 0.0002),
            "n": 100,
            "raw": 0.5,
            "weighted": 0.45,
            "share": 0.1,
        }
        flag = PAYLOADS[i % len(PAYLOADS)]
        rows += [base, {**base, "group": flag, "flag": flag}, {**base, "<u>more</u>": flag}]
        rows += [{**base, "region": level, "category": flag} for level in levels["region"]]
    count = len(report.outcomes)
    outcomes = report.outcomes.assign(
        status=["failed", *["flagged"] * (count - 1)],
        **dict.fromkeys(("reason", "tags", "remedies"), spread(PAYLOADS, count)),
    )
    words = dict.fromkeys(PAYLOADS, PAYLOADS[2])
    provenance = {
        **report.provenance,
        "model": PAYLOADS[0],
        "terms": list(PAYLOADS),
        "weight": PAYLOADS[1],
        "sampler": words,
        "toolchain": words,
        "keys": words,
        "notes": list(PAYLOADS),
    }
    return make(
        name=PAYLOADS[1],
        estimates=estimates.tidy(rows, variables, levels),
        outcomes=outcomes,
        provenance=provenance,
        variables=tuple(variables),
    )


def test_no_name_from_the_data_runs_draws_or_fetches_anything(
    visit: Open, make: Callable[..., Report]
) -> None:
    page = visit(render(hostile_report(make)), 360)
    for by in page.page.locator("#by option").all_inner_texts():
        page.page.select_option("#by", label=by)
    page.page.locator("#figure .row").first.focus()
    page.page.click("#view-outcomes")
    page.page.select_option("#metric", "")
    page.page.click("#figure-more")
    page.page.locator("#figure .row").nth(3).click()
    page.page.click("#outcome")
    page.page.fill("#outcome", "<img")
    page.page.locator("#outcome-list [role=option]").first.click()
    page.page.locator("#table-host input").fill("script")
    page.page.wait_for_timeout(200)

    assert quiet(page)
    assert page.overflow() == 0
    foreign = "img, iframe, object, embed, base, form, b:not(.tip b, .lede b), i, u, style ~ style"
    assert page.page.locator(f"main :is({foreign})").count() == 0
    assert page.page.locator("script").count() == 2
    assert page.page.title() == f"{PAYLOADS[1]} · estimates"


def test_a_sweep_without_brands_weights_totals_or_labels_draws(
    visit: Open, make: Callable[..., Report]
) -> None:
    report = make()
    nothing = dict.fromkeys(("label", "brand", "metric"))
    table = report.estimates.assign(**nothing, weighted=float("nan"))
    regional = table[table["region"].notna()]
    outcomes = report.outcomes.assign(**nothing)

    page = visit(render(make(estimates=regional, outcomes=outcomes)))

    assert quiet(page)
    assert not page.page.locator("#grid").is_visible()
    assert page.page.locator("#figure-title").inner_text() == "awareness_00"
    assert page.page.locator("#figure .weighted").count() == 0
    assert not page.page.locator("#key-weighted").is_visible()


def test_an_unfinished_run_says_what_is_still_missing(
    visit: Open, make: Callable[..., Report]
) -> None:
    report = make()
    first = report.outcomes["outcome"] == "awareness_00"
    outcomes = report.outcomes.assign(status=report.outcomes["status"].mask(first, "pending"))
    table = report.estimates[report.estimates["outcome"] != "awareness_00"]

    page = visit(render(make(estimates=table, outcomes=outcomes)))

    assert "1 not finished" in page.page.locator(".lede").inner_text()
    page.page.click(".problems a >> text=Aurora: awareness")
    assert page.page.locator("#figure").inner_text() == "No estimate to draw."
    assert quiet(page)


def test_a_sweep_without_any_estimate_opens_and_says_so(
    visit: Open, make: Callable[..., Report]
) -> None:
    report = make()
    outcomes = report.outcomes.assign(
        status="failed", reason="nobody asked", r_hat=None, ess_min=None, divergences=None
    )
    rows = [{"outcome": name, "status": "failed"} for name in outcomes["outcome"]]
    table = estimates.tidy(rows, report.variables, {})

    page = visit(render(make(estimates=table, outcomes=outcomes)))

    assert quiet(page)
    assert page.page.locator("#figure").inner_text() == "No estimate to draw."
