"""Writes a synthetic CUR 2.0 export and times both programs on it, each in a process of its own, in turn."""

import decimal
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM, ROWS, RUNS = os.path.abspath(sys.argv[1]), int(sys.argv[2]), 3

# Three environments and rows without a tag; 40 usage types of 8 services; 31 days; a few credits.
WRITE = """
COPY (
  SELECT
    'id-' || i AS identity_line_item_id,
    TIMESTAMP '2026-10-01 00:00:00' AS bill_billing_period_start_date,
    TIMESTAMP '2026-10-01 00:00:00' + INTERVAL (i * 7919 % 744) HOUR AS line_item_usage_start_date,
    CASE WHEN i % 1009 = 0 THEN 'Credit' ELSE 'Usage' END AS line_item_line_item_type,
    ['AmazonECS', 'AmazonEC2', 'AmazonRDS', 'AWSELB', 'AmazonS3', 'AmazonVPC', 'AmazonCloudWatch', 'awskms'][1 + i % 8] AS line_item_product_code,
    CASE WHEN i % 8 = 1 THEN 'EUW2-NatGateway-Bytes' ELSE 'EUW2-Type' || (i % 40) END AS line_item_usage_type,
    'eu-west-2' AS product_region_code,
    'GB' AS pricing_unit,
    'arn:aws:thing:eu-west-2:111122223333:' || (i % 100000) AS line_item_resource_id,
    CASE i % 5
      WHEN 0 THEN MAP {'user_team': 'isms'}
      WHEN 1 THEN MAP {'user_environment': 'staging', 'user_team': 'isms'}
      ELSE MAP {'user_environment': 'production', 'user_team': 'isms'}
    END AS resource_tags,
    CAST((i % 100003) / 1e6 AS DOUBLE) AS line_item_usage_amount,
    CAST((i % 99991) / 1e8 AS DOUBLE) AS line_item_unblended_cost,
    CAST(NULL AS DOUBLE) AS savings_plan_savings_plan_effective_cost,
    CAST(NULL AS DOUBLE) AS reservation_effective_cost,
    'USD' AS line_item_currency_code
  FROM range({rows}) t(i)
) TO '{path}' (FORMAT parquet, COMPRESSION snappy)
"""

# What DuckDB does in a process of its own: the SQL that the program prints, summed up as the program's report is.
CHILD = """
import json, sys, duckdb
duckdb.sql('SET enable_progress_bar = false')
sql = open(sys.argv[1]).read().rstrip().rstrip(';')
cost = duckdb.sql(f"SELECT SUM(cost) FROM ({sql}) WHERE owner = 'environment' AND charge = 'Usage'").fetchall()[0][0]
print(json.dumps({"billed": str(cost)}))
"""


def measured(command):
    """Output, seconds and the peak of resident memory in MiB of a process."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"failed: {command}")
    return out, seconds, usage.ru_maxrss / 1024


with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "cur.parquet")
    # In a process of its own: a child's peak begins with the memory of the process that starts it.
    write = "import sys, duckdb; duckdb.sql('SET enable_progress_bar = false'); duckdb.sql(sys.argv[1]); print(duckdb.__version__)"
    statement = WRITE.replace("{rows}", str(ROWS)).replace("{path}", str(path))
    version = subprocess.check_output([sys.executable, "-c", write, statement], text=True).strip()
    common = ["--env", "production", "--month", "2026-10", "--today", "2026-11-23", "--currency", "USD"]
    sql = pathlib.Path(folder, "bill.sql")
    sql.write_bytes(subprocess.check_output([PROGRAM, "actuals", *common, "--sql", "duckdb", "--table", f"'{path}'"]))
    child = pathlib.Path(folder, "child.py")
    child.write_text(CHILD)
    commands = {
        "isms-cost": [PROGRAM, "actuals", *common, "--from", path, "--format", "json"],
        "DuckDB": [sys.executable, child, sql],
    }
    print(f"{ROWS} rows, {path.stat().st_size / 1e6:.0f} MB of Parquet, {os.cpu_count()} cores, DuckDB {version}")
    answers, times, peaks = {}, {name: [] for name in commands}, {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            out, seconds, peak = measured(command)
            answers[name] = decimal.Decimal(json.loads(out)["billed"])
            times[name].append(seconds)
            peaks[name].append(peak)
    for name in commands:
        seconds = statistics.median(times[name])
        print(f"{name:10} {seconds:6.2f} s, {ROWS / seconds / 1e6:5.2f} million rows a second, peak {max(peaks[name]):6.0f} MiB (median and worst of {RUNS})")
    # Each of the rows is rounded to twelve places by both.
    if abs(answers["isms-cost"] - answers["DuckDB"]) > ROWS * decimal.Decimal("1e-12"):
        raise SystemExit(f"the answers differ: {answers}")
    print(f"both say {answers['isms-cost']} USD")
