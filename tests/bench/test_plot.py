"""Plots are whole SVG whose marks stand where the figures are."""

import xml.etree.ElementTree as ET

from sweep.bench.growth import line_of, sizes
from sweep.bench.plot import Bar, bars_svg, points_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_a_bar_ten_times_as_high_is_a_decade_longer() -> None:
    bars = [Bar("a & b", 1000.0, 10.0), Bar("c", 100.0, 10.0)]
    root = ET.fromstring(bars_svg(bars, "speed"))
    widths = [float(r.attrib["width"]) for r in root.iter(f"{SVG}rect")]
    assert widths[1] == widths[3] == 0.0
    assert widths[0] == 2 * widths[2] > 0
    assert "a & b" in [t.text for t in root.iter(f"{SVG}text")]


def test_points_lie_from_left_to_right_and_higher_where_more() -> None:
    root = ET.fromstring(points_svg([(10.0, 5.0), (100.0, 30.0)], "cost", "outcomes"))
    places = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in root.iter(f"{SVG}circle")]
    assert places[0][0] < places[1][0]
    assert places[0][1] > places[1][1]


def test_a_line_says_what_one_more_costs_and_what_none_would() -> None:
    line = line_of([(10, 25.0), (20, 45.0), (40, 85.0)])
    assert line is not None
    assert (round(line.each, 6), round(line.fixed, 6)) == (2.0, 5.0)
    assert line_of([(10, 25.0), (10, 26.0)]) is None


def test_sizes_ascend_to_the_largest_and_none_is_below_the_least() -> None:
    assert sizes(80, (8, 4, 2, 1)) == [10, 20, 40, 80]
    assert sizes(2, (8, 4, 2, 1)) == [1, 2]
    assert sizes(20_000, (100, 10, 1), 500) == [500, 2_000, 20_000]
    assert sizes(300, (100, 10, 1), 500) == [300]
