"""What other programs read: SARIF against the official schema, JUnit as XML."""

import json
import pathlib
import subprocess
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = ROOT / "target" / "debug" / "isms-cost"

BROKEN = """\
Parameters:
  Days: {Type: "AWS::SSM::Parameter::Value<String>", Default: /days}
Resources:
  # isms-cost: ignore logs.retention reason "kept" & <compared> owner me until 2099-01-01
  Waived: {Type: AWS::Logs::LogGroup}
  Endless: {Type: AWS::Logs::LogGroup}
  Unknown: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref Days}}
"""


def check(form, *args, cwd=ROOT):
    done = subprocess.run(
        [PROGRAM, "check", "--format", form, *args], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture(name="broken")
def broken_template(tmp_path):
    path = tmp_path / "a template.yaml"
    path.write_text(BROKEN)
    return path


def validate(text):
    schema = json.loads((ROOT / "tests/formats/sarif-schema-2.1.0.json").read_text())
    log = json.loads(text)
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    return log["runs"][0]


def test_sarif_of_the_shipped_stack_is_valid():
    run = validate(check("sarif"))
    assert len(run["tool"]["driver"]["rules"]) >= 15


def test_sarif_of_faults_is_valid_and_complete(broken):
    run = validate(check("sarif", "--template", broken.name, "--region", "eu-west-2", cwd=broken.parent))
    own = {r["properties"]["address"]: r for r in run["results"] if r["ruleId"] == "logs.retention"}
    assert set(own) == {"Waived", "Endless", "Unknown"}
    for result in own.values():
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"] == {"uri": "a%20template.yaml", "uriBaseId": "SRCROOT"}
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "logs.retention"
    assert own["Waived"]["suppressions"][0]["kind"] == "inSource"
    assert "suppressions" not in own["Endless"]
    assert own["Unknown"]["kind"] == "open"
    region = own["Unknown"]["locations"][0]["physicalLocation"]["region"]
    line = BROKEN.splitlines()[region["startLine"] - 1]
    # The property's value, to the column: what !Ref stands in front of.
    assert line[: region["startColumn"] - 1].rstrip().endswith(("RetentionInDays:", "!Ref"))


def test_junit_is_xml_and_counts(broken):
    root = ElementTree.fromstring(check("junit", "--template", broken.name, "--region", "eu-west-2", cwd=broken.parent))
    suite = root.find("testsuite")
    own = {case.get("name"): case for case in suite if case.get("classname") == "logs.retention"}
    assert own["Endless"].find("failure") is not None
    assert "not known" in own["Unknown"].find("skipped").get("message")
    assert '"kept" & <compared>' in own["Waived"].find("skipped").get("message")
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("tests")) == len(suite.findall("testcase"))
