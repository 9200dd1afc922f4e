#!/usr/bin/env python3
"""An `aws` for the PATH that answers from a scenario and writes down every call.

FAKE_AWS_DIR holds scenario.json: {"service operation": [answer, ...]}. An answer is a string for stdout or
{"stdout", "stderr", "exit"}; the answers of one operation are given in turn and the last one again and again.
An operation that the scenario does not name fails, so that no call goes unnoticed.
"""

import json
import os
import sys
from pathlib import Path


def main() -> int:
    home = Path(os.environ["FAKE_AWS_DIR"])
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(os.environ.get("FAKE_AWS_VERSION", "aws-cli/2.36.7 Python/3.13 Linux/6 exe/x86_64"))
        return 0
    files = {a: Path(a[7:]).read_text() for a in arguments if a.startswith("file://")}
    with (home / "calls.jsonl").open("a") as log:
        log.write(json.dumps({"arguments": arguments, "files": files}) + "\n")

    operation = " ".join(arguments[:2])
    answers = json.loads((home / "scenario.json").read_text())
    if operation not in answers:
        print(f"the scenario has no answer to: {operation}", file=sys.stderr)
        return 251
    turns = home / f"turn {operation}"
    turn = int(turns.read_text()) if turns.exists() else 0
    turns.write_text(str(turn + 1))
    sequence = answers[operation]
    answer = sequence[min(turn, len(sequence) - 1)]
    if isinstance(answer, str):
        answer = {"stdout": answer}
    if answer.get("stdout"):
        print(answer["stdout"])
    if answer.get("stderr"):
        print(answer["stderr"], file=sys.stderr)
    return answer.get("exit", 0)


if __name__ == "__main__":
    sys.exit(main())
