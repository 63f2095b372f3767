"""What is printed is obeyed by no terminal, and reads the same."""

import json

from sweep.cli.output import json_text
from sweep.client.terminal import inert

NASTY = "a\x1b[2J\x9bm\x7f\u202e\N{SLIGHTLY SMILING FACE}\tü"


def test_json_holds_escapes_and_reads_the_same() -> None:
    text = json_text({NASTY: [NASTY]}, 2)
    assert {NASTY: [NASTY]} == json.loads(text)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "ü" in text


def test_lines_hold_no_control_characters() -> None:
    assert r"a\x1b[2J\x9bm\x7f\u202e" in inert(NASTY)
