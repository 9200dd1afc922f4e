//! Rules in the Guard language, over what templates evaluate to.

use isms_cost::guard::{RuleFile, judge};
use isms_cost::rules::{Finding, Status};

use crate::support::evaluate;

const RULES: &str = "let clusters = Resources.*[ Type == 'AWS::RDS::DBCluster' ]\nrule encrypted when %clusters !empty {\n  %clusters.Properties.StorageEncrypted == true << databases must be encrypted >>\n}\n";

fn file(text: &str) -> Vec<RuleFile> {
    vec![RuleFile {
        path: "rules.guard".to_owned(),
        text: text.to_owned(),
    }]
}

fn answers(
    template: &str,
    child: &str,
    parameters: &[(&str, &str)],
) -> Vec<(Status, String, String)> {
    let evaluated = evaluate(
        &[("main.yaml", template), ("child.yaml", child)],
        parameters,
    );
    let findings = judge(evaluated.deployment(), &file(RULES)).expect("rules");
    let answer = |f: Finding| {
        assert_eq!(f.rule, "guard.encrypted");
        (f.status, f.address.to_string(), f.message)
    };
    findings.into_iter().map(answer).collect()
}

const MAIN: &str = "Parameters: {On: {Type: String, Default: 'false'}, Later: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /p}}\nConditions: {On: !Equals [!Ref On, 'true']}\nResources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml, Parameters: {On: !If [On, 'yes', 'no'], Later: !Ref Later}}\n";

fn child(value: &str) -> String {
    format!(
        "Parameters: {{On: {{Type: String}}, Later: {{Type: String}}}}\nConditions: {{On: !Equals [!Ref On, 'yes']}}\nResources:\n  Cluster: {{Type: AWS::RDS::DBCluster, Properties: {{Engine: aurora-mysql, StorageEncrypted: {value}}}}}\n"
    )
}

#[test]
fn a_parameter_of_the_root_decides_in_the_child() {
    let child = child("!If [On, true, false]");
    let wrong = answers(MAIN, &child, &[]);
    assert_eq!(
        wrong,
        [(
            Status::Fail,
            "Child/Cluster".to_owned(),
            "databases must be encrypted".to_owned()
        )]
    );
    let right = answers(MAIN, &child, &[("On", "true")]);
    assert!(
        matches!(right.as_slice(), [(Status::Pass, address, _)] if address == "Child"),
        "{right:?}"
    );
}

#[test]
fn what_is_known_only_after_deployment_is_unknown() {
    let unknown = answers(MAIN, &child("!Ref Later"), &[]);
    assert!(
        matches!(unknown.as_slice(), [(Status::Unknown, address, _)] if address == "Child/Cluster"),
        "{unknown:?}"
    );
}

#[test]
fn a_file_that_is_no_guard_is_an_error_with_its_place() {
    let evaluated = evaluate(
        &[("main.yaml", "Resources: {T: {Type: AWS::SNS::Topic}}\n")],
        &[],
    );
    let error = judge(evaluated.deployment(), &file("rule x { a = }")).expect_err("no rules");
    let text = error.to_string();
    assert!(
        text.starts_with("rules.guard: ") && text.contains("line 1"),
        "{text}"
    );
}
