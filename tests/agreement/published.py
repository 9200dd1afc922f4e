"""Reads what other tools expect of their own fixtures, or what a tool says of templates."""
import ast
import json
import pathlib
import re
import subprocess

import yaml

TEMPLATES = {".yaml", ".yml", ".json", ".template"}


class Fixture:
    """One template and what a tool says of it: (rule's id, logical id or None for the whole template, pass or fail)."""

    def __init__(self, name, source, expected):
        self.name, self.source, self.expected = name, source, expected

    def path(self, scratch):
        """The template as a file."""
        if isinstance(self.source, pathlib.Path):
            return self.source
        file = pathlib.Path(scratch, "template.json")
        file.write_text(json.dumps(self.source, default=str))
        return file


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`) as the functions that they stand for."""


def _short_form(loader, tag, node):
    kind = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence, "mapping": loader.construct_mapping}[node.id]
    value = kind(node) if node.id == "scalar" else kind(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _short_form)


def guard(root):
    """The registry's unit tests: rules/**/*_tests.yml, each with several inputs."""
    for file in sorted(root.glob("rules/**/*_tests.*")):
        if file.suffix not in TEMPLATES:
            continue
        for document in yaml.load_all(file.read_text(), _Loader):
            for i, case in enumerate(document or []):
                rules = (case.get("expectations") or {}).get("rules") or {}
                # SKIP is for inputs without such a resource, and for suppressed ones. Some tests name the rule otherwise than its file.
                own = re.sub(r"_tests?$", "", file.stem.lower())
                expected = [(own if len(rules) == 1 else id_.lower(), None, status.lower())
                            for id_, status in rules.items() if status in ("PASS", "FAIL")]
                if isinstance(case.get("input"), dict):
                    yield Fixture(f"{file.stem}#{i} {case.get('name', '')}".strip(), _declared(case["input"]), expected)


def _declared(template):
    """The template with parameters for the names that it refers to without declaring them, so that it can be read at all."""
    names = set()

    def walk(value):
        if isinstance(value, dict):
            if isinstance(value.get("Ref"), str):
                names.add(value["Ref"])
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                walk(item)

    walk(template.get("Resources"))
    known = {*(template.get("Resources") or {}), *(template.get("Parameters") or {})}
    missing = {name: {"Type": "String"} for name in sorted(names - known) if not name.startswith("AWS::")}
    return {**template, "Parameters": {**(template.get("Parameters") or {}), **missing}}


def cfn_nag(root):
    """The specs of its rules: spec/custom_rules/*_spec.rb name a template and the logical ids that offend."""
    ids = {}
    for file in root.glob("lib/cfn-nag/custom_rules/*.rb"):
        text = file.read_text()
        name, id_ = re.search(r"class (\w+)", text), re.search(r"def rule_id\s+'([FW]\d+)'", text)
        if name and id_:
            ids[name[1]] = id_[1]
    for file in sorted(root.glob("spec/custom_rules/*_spec.rb")):
        text = file.read_text()
        described = re.search(r"^\s*describe (\w+)", text, re.M)
        id_ = ids.get(described[1]) if described else None
        for test in re.split(r"^\s*it ['\"]", text, flags=re.M)[1:]:
            template = re.search(r"read_test_template[\s(]+['\"]([^'\"]+)['\"]\s*\)?\s*(,)?", test)
            offending = re.search(r"expected_logical_resource_ids\s*=\s*(?:%w)?[\[(]([^\])]*)[\])]", test)
            # A second argument gives parameters.
            if not (id_ and template and offending) or template[2]:
                continue
            path = root / "spec/test_templates" / template[1]
            if path.exists():
                status = "fail" if offending[1].strip() else "pass"
                yield Fixture(template[1], path, [(id_, None, status)])


def checkov(root):
    """The tests of its checks: sets of resources that pass and fail, or files with PASSED and FAILED in their name."""
    tests = root / "tests/cloudformation/checks/resource/aws"
    for file in sorted(tests.glob("test_*.py")):
        text = file.read_text()
        module = re.search(r"from (checkov\.cloudformation\.checks\.resource\.aws\.\w+) import check", text)
        folder = re.search(r"[\"']/?(example_\w+)[\"']", text)
        source = root / (module[1].replace(".", "/") + ".py") if module else None
        if not (folder and source and source.exists()):
            continue
        id_ = re.search(r"\bid = ['\"](CKV2?_AWS_\d+)['\"]", source.read_text())
        if not id_:
            continue
        named = [(id_[1], resource, status) for resource, status in _named_resources(text)]
        for template in sorted((tests / folder[1]).rglob("*")):
            by_name = re.search(r"(?i)(pass|fail)", template.name)
            if template.suffix not in TEMPLATES:
                continue
            if named:
                yield Fixture(str(template.relative_to(tests)), template, _in(template, named))
            elif by_name:
                yield Fixture(str(template.relative_to(tests)), template, [(id_[1], None, by_name[1].lower())])


def _named_resources(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Set) and isinstance(node.targets[0], ast.Name):
            status = {"passing_resources": "pass", "failing_resources": "fail"}.get(node.targets[0].id)
            for item in node.value.elts if status else []:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield item.value.rsplit(".", 1)[-1], status


def _in(template, named):
    """The expectations whose resource is in the template."""
    text = template.read_text()
    return [e for e in named if re.search(rf"(?m)^\s*[\"']?{re.escape(e[1])}[\"']?\s*:", text)]


def checkov_answers(program, root, kept):
    """What checkov says of every template below a folder; kept in a file, if one is named, and read from there again."""
    if kept and kept.exists():
        answers = json.loads(kept.read_text())
    else:
        answers = dict(_run_checkov(program, root))
    if kept:
        kept.write_text(json.dumps(answers))
    for name, expected in answers.items():
        yield Fixture(name, root / name, expected)


def _run_checkov(program, root):
    """Gives it some templates at a time; one that it breaks on is left out."""
    files = [f for f in sorted(root.rglob("*")) if f.suffix in TEMPLATES and "Resources" in f.read_text(errors="ignore")]
    pending = [files[i:i + 40] for i in range(0, len(files), 40)]
    while pending:
        batch = pending.pop(0)
        arguments = [a for f in batch for a in ("-f", str(f.resolve()))]
        command = [program, *arguments, "--framework", "cloudformation", "--compact", "--skip-download", "-o", "json"]
        out = subprocess.run(command, capture_output=True, text=True).stdout
        try:
            reports = json.loads(out)
        except json.JSONDecodeError:
            half = len(batch) // 2
            pending = ([batch[:half], batch[half:]] if half else []) + pending
            continue
        by_file = {}
        for report in reports if isinstance(reports, list) else [reports]:
            for status in ("passed", "failed"):
                for check in report.get("results", {}).get(f"{status}_checks", []):
                    logical_id = check["resource"].rsplit(".", 1)[-1]
                    by_file.setdefault(check["file_abs_path"], []).append((check["check_id"], logical_id, status[:4]))
        for file in batch:
            expected = by_file.get(str(file.resolve()), [])
            if expected:
                yield str(file.relative_to(root)), expected
