"""Who is right where two tools disagree: verdicts.yaml, a list. The first entry that fits holds.

    - tool: checkov
      theirs: CKV_AWS_27        # their rule's id
      ours: sqs.encrypted       # our rule's id, * for anything; optional
      fixture: "*"              # the fixture's name, with *; optional
      resource: "*"             # its logical id, with *; optional
      says: fail pass           # what they say, what we say
      right: ours               # ours, theirs, or both: the rules ask different things
      why: one sentence
"""
import fnmatch

import yaml


def load(path):
    """The list."""
    verdicts = yaml.safe_load(path.read_text()) or []
    for verdict in verdicts:
        if verdict["right"] not in ("ours", "theirs", "both") or not verdict["why"]:
            raise SystemExit(f"{path}: right must be ours, theirs or both, and why must say why: {verdict}")
    return verdicts


def find(verdicts, tool, theirs, ours, fixture, resource, they, we):
    """The verdict on one disagreement, or None."""
    for verdict in verdicts:
        fits = (
            verdict["tool"] == tool
            and verdict["says"] == f"{they} {we}"
            and fnmatch.fnmatchcase(theirs, verdict["theirs"])
            and fnmatch.fnmatchcase(ours, verdict.get("ours", "*"))
            and fnmatch.fnmatchcase(fixture, verdict.get("fixture", "*"))
            and fnmatch.fnmatchcase(resource or "", verdict.get("resource", "*"))
        )
        if fits:
            return verdict
    return None
