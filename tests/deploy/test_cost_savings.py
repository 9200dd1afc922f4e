"""docs/cost-savings.md against the program: every amount of its tables is computed again by the command of its row."""

import json
import re
import shlex
import subprocess
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "cost-savings.md").read_text()
SCENARIOS = ("min", "expected", "max")


def estimate(command: str) -> dict:
    """The one environment that `isms-cost estimate ...` speaks of."""
    program, *arguments = shlex.split(command)
    assert program == "isms-cost"
    run = subprocess.run(
        ["cargo", "run", "--quiet", "--locked", "--", *arguments, "--format", "json"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["currency"] == "GBP"
    (environment,) = answer["environments"]
    return environment


def amounts(command: str, address: str = "") -> list[Decimal]:
    environment = estimate(command)
    monthly = environment["monthly"]
    if address:
        (monthly,) = [r["monthly"] for r in environment["resources"] if r["address"] == address]
    return [Decimal(monthly[s]) for s in SCENARIOS]


def printed(values: list[Decimal]) -> list[str]:
    return [f"{v.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}" for v in values]


def rows(heading: str) -> list[list[str]]:
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    assert len(cells) > 2, "a heading, a rule and at least one row"
    return cells[2:]


@pytest.mark.parametrize("row", rows("What we ship"), ids=lambda r: r[0])
def test_the_totals_are_the_programs(row):
    _, command, *figures = row
    assert printed(amounts(command.strip("`"))) == figures


@pytest.mark.parametrize("row", rows("What each choice saves"), ids=lambda r: f"{r[0]} {r[1]}")
def test_a_saving_is_the_estimate_without_the_choice_less_the_estimate_with_it(row):
    _, environment, command, *figures = row
    without = amounts(command.strip("`"))
    shipped = amounts(f"isms-cost estimate --env {environment}")
    assert printed([a - b for a, b in zip(without, shipped)]) == figures


@pytest.mark.parametrize("row", rows("What availability costs"), ids=lambda r: f"{r[0]} {r[1]}")
def test_the_price_of_availability_is_that_of_its_resource(row):
    _, environment, address, *figures = row
    assert printed(amounts(f"isms-cost estimate --env {environment}", address.strip("`"))) == figures


def test_graviton_is_a_fifth_cheaper_at_list_price():
    """The specification's 20 %, from the four prices that the text quotes."""
    arm, x86 = (Decimal(re.search(rf"{name} ([0-9.]+)", TEXT)[1]) for name in ("ARM vCPU-hour", "x86 vCPU-hour"))
    assert (1 - arm / x86).quantize(Decimal("0.001")) == Decimal("0.200")
