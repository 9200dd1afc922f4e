"""`isms-cost actuals` against moto's Cost Explorer, which answers with canned results in the order they were given."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

from test_moto import endpoint  # noqa: F401 (a fixture)

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/debug/isms-cost"


def group(keys: list[str], cost: str, quantity: str, unit: str) -> dict:
    return {
        "Keys": keys,
        "Metrics": {"AmortizedCost": {"Amount": cost, "Unit": "USD"}, "UsageQuantity": {"Amount": quantity, "Unit": unit}},
    }


def period(start: str, end: str, *groups: dict) -> dict:
    return {"TimePeriod": {"Start": start, "End": end}, "Total": {}, "Groups": list(groups), "Estimated": False}


def test_a_month_is_compared(endpoint, tmp_path):  # noqa: F811
    nat = group(["EC2 - Other", "EUW2-NatGateway-Hours"], "2.4", "48", "Hrs")
    page = period("2026-10-01", "2026-10-02", nat)
    results = [
        {"ResultsByTime": [page], "NextPageToken": "more"},
        {"ResultsByTime": [period("2026-10-02", "2026-10-03", nat)]},
        {"ResultsByTime": [period("2026-10-01", "2026-11-01", group(["Refund"], "-7", "0", "N/A"))]},
        {"ResultsByTime": [period("2026-10-01", "2026-11-01", group(["AmazonCloudWatch", "EUW2-Other"], "9", "1", "N/A"))]},
    ]
    request = urllib.request.Request(
        f"{endpoint}/moto-api/static/ce/cost-and-usage-results",
        data=json.dumps({"results": results}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_ENDPOINT_URL_COST_EXPLORER": endpoint,
    }
    command = [PROGRAM, "actuals", "--env", "production", "--month", "2026-10", "--today", "2026-11-23", "--currency", "USD"]
    run = subprocess.run(
        [*command, "--format", "json", "--cache", tmp_path], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    # Two days at 2.40; four requests at 0.01: two pages, what is no usage, what has no tag.
    assert said["billed"] == "4.8"
    assert said["requests"] == {"count": 4, "usd": "0.04"}
    assert said["hours"] == "48"
    assert [row["usage_type"] for row in said["matched"]] == ["EUW2-NatGateway-Hours"]
    assert said["excluded"] == [{"charge": "Refund", "owner": "environment", "amount": "-7"}]
    assert [row["billed"] for row in said["untagged"]] == ["9"]
