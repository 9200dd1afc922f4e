//! Laws of all rules: none panics whatever a property is, none takes what is not known for fine, none shows a secret.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use isms_cost::model::{Address, Entry, Kind, Piece, Reference, Unknown, Value, Why};
use isms_cost::rules::{Finding, Status, check};
use isms_cost::source::Span;
use proptest::prelude::*;

use crate::rule_cases::{Case, case_files, evaluated};
use crate::support::{Evaluated, evaluate};

/// The cases of all rules, as small templates of every resource that a rule looks at.
static CASES: LazyLock<Vec<(String, Case)>> = LazyLock::new(case_files);

/// What a property can be, likely or not.
fn odd() -> impl Strategy<Value = Kind> {
    let text = prop_oneof![
        Just(String::new()),
        Just("*".to_owned()),
        Just("arn:".to_owned()),
        Just("0.0.0.0/33".to_owned()),
        Just("-1".to_owned()),
        Just("99999999999999999999999999999999999".to_owned()),
        Just("{{resolve:".to_owned()),
        Just("true".to_owned()),
        ".{0,12}",
    ];
    let gap = Unknown::new(Why::Parameter, "parameter P has no value");
    let reference = |name: &str| Reference {
        address: Address::root().join(name),
        attribute: None,
    };
    let leaf = prop_oneof![
        Just(Kind::Null),
        prop::bool::ANY.prop_map(Kind::Bool),
        text.clone().prop_map(|t| Kind::Text(t.into())),
        text.prop_map(|t| Kind::Number(t.into())),
        Just(Kind::Secret("hunter22".into())),
        Just(Kind::Unknown(gap.clone())),
        Just(Kind::Reference(reference("Nowhere"))),
        Just(Kind::Reference(reference("Named"))),
        Just(Kind::Pieces(
            [
                Piece::Unknown(gap.clone()),
                Piece::Text(":*".into()),
                Piece::Reference(reference("Nowhere")),
            ]
            .into()
        )),
        Just(Kind::Pieces([].into())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let place = any_span();
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(move |items| Kind::List(
                items.into_iter().map(|k| Value::new(k, place)).collect()
            )),
            prop::collection::vec(inner, 0..2).prop_map(move |items| Kind::Map(
                items
                    .into_iter()
                    .zip(["Statement", "Value"])
                    .map(|(kind, key)| Entry {
                        key: key.into(),
                        key_span: place,
                        value: Value::new(kind, place),
                    })
                    .collect()
            )),
        ]
    })
}

fn any_span() -> Span {
    static SPAN: LazyLock<Span> = LazyLock::new(|| {
        let sources = isms_cost::source::SourceMap::default();
        Span::new(sources.add("odd.yaml", "odd"), 0, 3)
    });
    *SPAN
}

/// The paths of all values below a value, itself included.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    let at = |key: &str| format!("{path}{}{key}", if path.is_empty() { "" } else { "." });
    for entry in value.as_map().unwrap_or_default() {
        paths(&entry.value, &at(&entry.key), found);
    }
    for (i, item) in value.as_list().unwrap_or_default().iter().enumerate() {
        paths(item, &at(&i.to_string()), found);
    }
}

/// The value with another kind at a path. A key with a dot in it is never reached, and nothing changes.
fn replaced(value: &Value, path: &str, kind: &Kind) -> Value {
    let (key, rest) = match path.split_once('.') {
        _ if path.is_empty() => {
            return Value {
                kind: kind.clone(),
                span: value.span,
                trail: value.trail.clone(),
            };
        }
        Some((key, rest)) => (key, rest),
        None => (path, ""),
    };
    let mut value = value.clone();
    match &value.kind {
        Kind::Map(entries) => {
            let entries = entries.iter().map(|entry| match &*entry.key == key {
                true => Entry {
                    value: replaced(&entry.value, rest, kind),
                    ..entry.clone()
                },
                false => entry.clone(),
            });
            value.kind = Kind::Map(entries.collect());
        }
        Kind::List(items) => {
            let items = items.iter().enumerate().map(|(i, item)| {
                if i.to_string() == key {
                    replaced(item, rest, kind)
                } else {
                    item.clone()
                }
            });
            value.kind = Kind::List(items.collect());
        }
        _ => {}
    }
    value
}

/// Replaces one property of a deployment; gives what was there.
fn set(evaluated: &mut Evaluated, address: &Address, path: &str, kind: &Kind) -> Option<Value> {
    let deployment = evaluated.deployment.as_mut()?;
    let resource = deployment.resources.get_mut(address)?;
    let new = replaced(&resource.properties, path, kind);
    Some(std::mem::replace(&mut resource.properties, new))
}

fn findings(evaluated: &Evaluated) -> Vec<Finding> {
    check(evaluated.deployment(), &evaluated.sources, &[]).findings
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn no_rule_panics_whatever_a_property_is(
        case in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), odd()), 1..4),
    ) {
        let mut evaluated = evaluated(&case.get(&CASES).1);
        for (resource, property, kind) in changes {
            let addresses: Vec<Address> = evaluated.deployment().resources.keys().cloned().collect();
            if addresses.is_empty() {
                continue;
            }
            let address = resource.get(&addresses);
            let mut all = Vec::new();
            paths(&evaluated.deployment().resources[address].properties, "", &mut all);
            set(&mut evaluated, address, property.get(all.as_slice()).as_str(), &kind);
        }
        for finding in findings(&evaluated) {
            prop_assert!(!finding.message.is_empty(), "{} says nothing", finding.rule);
        }
    }
}

/// What shows a fault, once it is not known, must not pass.
#[test]
fn what_is_not_known_is_never_taken_for_fine() {
    // A secret that is known only after deployment stands in no file; a rule of a group that nobody here knows is not
    // taken for one of the default group.
    let exempt = |rule: &str| {
        rule.starts_with("secret.no")
            || matches!(rule, "ecs.secrets-not-in-env" | "net.default-sg-closed")
    };
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (name, case) in CASES.iter() {
        let mut evaluated = evaluated(case);
        let before = findings(&evaluated);
        let faults = before
            .iter()
            .filter(|f| f.status == Status::Fail && !f.property.is_empty() && !exempt(f.rule))
            // Rules that are everything together only count together where each is known.
            .filter(|f| !f.message.ends_with("by several rules"));
        for fault in faults {
            let gap = Kind::Unknown(Unknown::new(Why::Parameter, "parameter Gap has no value"));
            let resource = evaluated.deployment().resources.get(&fault.address);
            if resource.is_none_or(|r| r.read(&fault.property).known().is_none()) {
                continue;
            }
            tried += 1;
            let old =
                set(&mut evaluated, &fault.address, &fault.property, &gap).expect("a resource");
            let after = findings(&evaluated);
            let own: Vec<&Finding> = after
                .iter()
                .filter(|f| f.rule == fault.rule && f.address == fault.address)
                .collect();
            // The rule may say so of another resource: of the ACL instead of its entry.
            let gaps = |list: &[Finding]| {
                let own = list.iter().filter(|f| f.rule == fault.rule);
                own.filter(|f| f.status == Status::Unknown).count()
            };
            if own.iter().all(|f| f.status == Status::Pass) && gaps(&after) <= gaps(&before) {
                let said: Vec<&str> = own.iter().map(|f| f.message.as_str()).collect();
                wrong.push(format!(
                    "{} of {name}: {} {} is not known, and {said:?}",
                    fault.rule, fault.address, fault.property
                ));
            }
            let deployment = evaluated.deployment.as_mut().expect("a deployment");
            let resource = deployment.resources.get_mut(&fault.address);
            resource.expect("a resource").properties = old;
        }
    }
    assert!(tried > 100, "only {tried} faults name a property");
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{tried} tried\n{}", wrong.join("\n"));
}

/// Ways in which a secret stands in a file. `SECRET` is put in for each.
const PLACES: &[(&str, &str)] = &[
    (
        "password of a database",
        "Resources: {R: {Type: 'AWS::RDS::DBInstance', Properties: {MasterUserPassword: SECRET}}}",
    ),
    (
        "number",
        "Resources: {R: {Type: 'AWS::RDS::DBInstance', Properties: {MasterUserPassword: 48151623}}}",
    ),
    (
        "token of a cache",
        "Resources: {R: {Type: 'AWS::ElastiCache::ReplicationGroup', Properties: {AuthToken: SECRET}}}",
    ),
    (
        "part of a URL",
        "Resources: {B: {Type: 'AWS::S3::Bucket'}, R: {Type: 'AWS::Lambda::Function', Properties: {Environment: {Variables: {URL: !Sub 'postgres://isms:SECRET@${B}/x'}}}}}",
    ),
    (
        "joined URL in a container",
        "Resources: {B: {Type: 'AWS::S3::Bucket'}, R: {Type: 'AWS::ECS::TaskDefinition', Properties: {ContainerDefinitions: [{Name: a, Image: b, Environment: [{Name: URL, Value: !Join ['', ['postgres://isms:SECRET@', !Ref B]]}]}]}}}",
    ),
    (
        "number in a container",
        "Resources: {R: {Type: 'AWS::ECS::TaskDefinition', Properties: {ContainerDefinitions: [{Name: a, Image: b, Environment: [{Name: DB_PASSWORD, Value: 48151623}]}]}}}",
    ),
    (
        "pair of name and value",
        "Resources: {R: {Type: 'AWS::CodeBuild::Project', Properties: {Environment: {EnvironmentVariables: [{Name: API_KEY, Type: PLAINTEXT, Value: SECRET}]}}}}",
    ),
    (
        "header",
        "Resources: {R: {Type: 'AWS::CloudFront::Distribution', Properties: {DistributionConfig: {Origins: [{OriginCustomHeaders: [{HeaderName: X-Origin-Secret, HeaderValue: SECRET}]}]}}}}",
    ),
    (
        "parameter of Systems Manager",
        "Resources: {R: {Type: 'AWS::SSM::Parameter', Properties: {Name: /isms/db-password, Type: String, Value: SECRET}}}",
    ),
    (
        "user data",
        "Resources: {R: {Type: 'AWS::EC2::Instance', Properties: {UserData: !Base64 'curl https://isms:SECRET@host/x'}}}",
    ),
    (
        "metadata",
        "Resources: {R: {Type: 'AWS::EC2::Instance', Metadata: {'AWS::CloudFormation::Authentication': {a: {type: basic, password: SECRET}}}}}",
    ),
    (
        "output",
        "Resources: {T: {Type: 'AWS::SNS::Topic'}}\nOutputs: {O: {Value: 'https://isms:SECRET@host/x'}}",
    ),
    (
        "default that nothing uses",
        "Parameters: {P: {Type: String, Default: 'https://isms:SECRET@host/x'}}\nResources: {T: {Type: 'AWS::SNS::Topic'}}",
    ),
    (
        "default of a hidden parameter",
        "Parameters: {P: {Type: String, NoEcho: true, Default: SECRET}}\nResources: {T: {Type: 'AWS::SNS::Topic'}}",
    ),
    (
        "nested stack whose template is not here",
        "Resources: {S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://s3.amazonaws.com/b/t.yaml', Parameters: {DbPassword: SECRET}}}}",
    ),
    (
        "hidden parameter in an output",
        "Parameters: {P: {Type: String, NoEcho: true, Default: SECRET}}\nResources: {T: {Type: 'AWS::SNS::Topic'}}\nOutputs: {O: {Value: !Sub 'x-${P}'}}",
    ),
];

#[test]
fn a_secret_is_found_wherever_it_stands_and_never_shown() {
    const SECRET: &str = "hunter22xyz";
    let mut wrong = Vec::new();
    for (name, template) in PLACES {
        let evaluated = evaluate(&[("main.yaml", &template.replace("SECRET", SECRET))], &[]);
        let found = findings(&evaluated);
        let faults = found
            .iter()
            .filter(|f| f.status == Status::Fail)
            .filter(|f| f.rule.starts_with("secret.no") || f.rule == "ecs.secrets-not-in-env");
        if faults.count() == 0 {
            wrong.push(format!("{name}: not found"));
        }
        for finding in &found {
            let said = format!("{finding:?} {}", finding.key());
            if said.contains(SECRET) || said.contains("48151623") {
                wrong.push(format!("{name}: {} shows it: {said}", finding.rule));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A parameter file is a file of the repository too.
#[test]
fn a_secret_in_a_parameter_file_is_found() {
    let template = "Parameters: {Hidden: {Type: String, NoEcho: true}, Url: {Type: String}, ApiKey: {Type: String}, Referred: {Type: String, NoEcho: true}}\nResources: {T: {Type: 'AWS::SNS::Topic'}}";
    let file = r#"{"Parameters": {"Hidden": "hunter22xyz", "Url": "https://isms:hunter22xyz@host/", "ApiKey": "hunter22xyz", "Referred": "{{resolve:secretsmanager:a}}"}}"#;
    let evaluated = evaluate(&[("main.yaml", template), ("params.json", file)], &[]);
    assert!(evaluated.said().is_empty(), "{:?}", evaluated.said());
    let found = findings(&evaluated);
    let said: BTreeMap<&str, Status> = found
        .iter()
        .filter(|f| f.rule == "secret.no-plaintext-in-template")
        .map(|f| (f.message.as_str(), f.status))
        .collect();
    for parameter in ["Hidden", "Url", "ApiKey"] {
        assert!(
            said.iter()
                .any(|(m, s)| m.contains(parameter) && *s == Status::Fail),
            "{parameter}: {said:?}"
        );
    }
    assert!(!said.keys().any(|m| m.contains("Referred")), "{said:?}");
    let all: Arc<str> = format!("{found:?}").into();
    assert!(!all.contains("hunter22xyz"), "{all}");
}
