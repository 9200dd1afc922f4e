"""The readers of other tools' fixtures, on small checkouts of the same form."""
import importlib.machinery
import importlib.util
import json
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import published  # noqa: E402
import verdicts  # noqa: E402


def script():
    """`run` as a module."""
    loader = importlib.machinery.SourceFileLoader("agreement_run", str(HERE / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def write(root, files):
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_guard(tmp_path):
    write(tmp_path, {"rules/aws/x/tests/db_backup_tests.yml": """
- name: no resources, SKIP
  input: {}
  expectations: {rules: {DB_BACKUP: SKIP}}
- name: set, PASS
  input:
    Resources: {Db: {Type: 'AWS::RDS::DBInstance', Properties: {DBInstanceClass: !Ref Class, Engine: !GetAtt A.B}}}
  expectations: {rules: {DB_BACKUP: PASS}}
- name: two rules
  input: {Resources: {}}
  expectations: {rules: {ONE: FAIL, TWO: PASS}}
- name: named otherwise than the file
  input: {Resources: {}}
  expectations: {rules: {OTHER: FAIL}}
"""})
    skipped, set_, two, other = published.guard(tmp_path)
    assert skipped.expected == []
    assert set_.expected == [("db_backup", None, "pass")]
    assert set_.source["Parameters"] == {"Class": {"Type": "String"}}
    assert set_.source["Resources"]["Db"]["Properties"]["Engine"] == {"Fn::GetAtt": ["A", "B"]}
    assert two.expected == [("one", None, "fail"), ("two", None, "pass")]
    assert other.expected == [("db_backup", None, "fail")]
    assert json.loads(set_.path(tmp_path).read_text()) == set_.source


def test_cfn_nag(tmp_path):
    write(tmp_path, {
        "lib/cfn-nag/custom_rules/Volume.rb": "class Volume < BaseRule\n  def rule_id\n    'F1'\n  end\nend\n",
        "spec/test_templates/json/bad.json": "{}", "spec/test_templates/yaml/good.yml": "{}",
        "spec/custom_rules/Volume_spec.rb": """
describe Volume do
  it 'returns offending' do
    cfn_model = CfnParser.new.parse read_test_template('json/bad.json')
    expected_logical_resource_ids = %w(A B)
  end
  it 'returns none' do
    cfn_model = CfnParser.new.parse read_test_template(
      'yaml/good.yml'
    )
    expected_logical_resource_ids = []
  end
  it 'takes parameters' do
    cfn_model = CfnParser.new.parse read_test_template('json/bad.json'), '{}'
    expected_logical_resource_ids = %w[A]
  end
end
"""})
    found = [(f.name, f.expected) for f in published.cfn_nag(tmp_path)]
    assert found == [("json/bad.json", [("F1", None, "fail")]), ("yaml/good.yml", [("F1", None, "pass")])]


def test_checkov(tmp_path):
    head = "from checkov.cloudformation.checks.resource.aws.{0} import check\nd = here + '/example_{0}'\n"
    tests, source = "tests/cloudformation/checks/resource/aws", "checkov/cloudformation/checks/resource/aws"
    write(tmp_path, {
        f"{source}/Tls.py": 'id = "CKV_AWS_103"\n', f"{source}/Sqs.py": 'id = "CKV_AWS_27"\n',
        f"{tests}/test_Tls.py": head.format("Tls") + "passing_resources = {'AWS::X::Listener.Good'}\nfailing_resources = {'AWS::X::Listener.Bad'}\n",
        f"{tests}/example_Tls/both.yaml": "Resources:\n  Good: {}\n  Other: {}\n  Bad: {}\n",
        f"{tests}/test_Sqs.py": head.format("Sqs"),
        f"{tests}/example_Sqs/Sqs-FAILED.yaml": "", f"{tests}/example_Sqs/Sqs-PASSED.yaml": "", f"{tests}/example_Sqs/notes.md": "",
    })
    found = {f.name: sorted(f.expected) for f in published.checkov(tmp_path)}
    assert found == {
        "example_Tls/both.yaml": [("CKV_AWS_103", "Bad", "fail"), ("CKV_AWS_103", "Good", "pass")],
        "example_Sqs/Sqs-FAILED.yaml": [("CKV_AWS_27", None, "fail")],
        "example_Sqs/Sqs-PASSED.yaml": [("CKV_AWS_27", None, "pass")],
    }


def test_a_rule_that_asks_what_two_of_theirs_ask():
    run = script()
    theirs = {"BACKUP": ["dynamodb.pitr-kms"], "KEY": ["dynamodb.pitr-kms"], "STAR": ["iam.a", "iam.b"]}
    findings = [("dynamodb.pitr-kms", "Table", "fail"), ("iam.a", "Role", "pass"), ("iam.b", "Role", "fail")]
    one = list(run.comparisons([("BACKUP", "Table", "pass"), ("KEY", "Table", "fail")], theirs, findings))
    assert one == [("KEY", "dynamodb.pitr-kms", "Table", "fail", "fail")]
    both = list(run.comparisons([("BACKUP", "Table", "pass"), ("KEY", "Table", "pass")], theirs, findings))
    assert both == [("BACKUP KEY", "dynamodb.pitr-kms", "Table", "pass", "fail")]
    # One of ours that fails is enough.
    assert list(run.comparisons([("STAR", "Role", "fail")], theirs, findings)) == [("STAR", "iam.a+iam.b", "Role", "fail", "fail")]
    assert run.answer(findings, ["iam.a"], "Nowhere") == "silent"


def test_verdicts(tmp_path):
    write(tmp_path, {"v.yaml": "- {tool: guard, theirs: A*, fixture: '*bad*', says: fail pass, right: ours, why: because}\n"})
    known = verdicts.load(tmp_path / "v.yaml")
    fits = dict(tool="guard", theirs="AB", ours="x", fixture="a bad one", resource=None, they="fail", we="pass")
    assert verdicts.find(known, **fits)["right"] == "ours"
    for key, value in [("tool", "checkov"), ("theirs", "B"), ("fixture", "good"), ("we", "silent")]:
        assert verdicts.find(known, **{**fits, key: value}) is None
    write(tmp_path, {"v.yaml": "- {tool: guard, theirs: A, says: fail pass, right: ours, why: ''}\n"})
    with pytest.raises(SystemExit):
        verdicts.load(tmp_path / "v.yaml")


def test_the_committed_verdicts_can_be_read():
    assert verdicts.load(HERE / "verdicts.yaml")
