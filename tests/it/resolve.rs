//! Every intrinsic function in both written forms, nested stacks, and what is wrong with templates.

use isms_cost::model::{Address, Kind, Value};

use crate::support::evaluate;

const HEAD: &str = r#"
Transform: AWS::LanguageExtensions
Parameters:
  Name: { Type: String, Default: demo }
  List: { Type: CommaDelimitedList, Default: "a, b,c" }
  Size: { Type: Number, Default: 3 }
  Ssm: { Type: "AWS::SSM::Parameter::Value<String>", Default: /x/y }
  Secret: { Type: String, Default: hush, NoEcho: true }
Mappings:
  M: { eu-west-2: { k: v, l: [x, y] } }
Conditions:
  Yes: !Equals [!Ref Name, demo]
  No: !Not [!Condition Yes]
  Maybe: !Equals [!Ref Ssm, x]
Resources:
  Other: { Type: AWS::S3::Bucket }
  T:
    Type: Test::Type
    Properties:
"#;

/// A value as short text: what a person would call it.
fn show(value: &Value) -> String {
    match &value.kind {
        Kind::List(items) => format!(
            "[{}]",
            items.iter().map(show).collect::<Vec<_>>().join(", ")
        ),
        Kind::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|e| format!("{}={}", e.key, show(&e.value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Kind::Null => "null".to_owned(),
        Kind::Unknown(u) => format!("?{}", u.reason),
        _ => value.pattern().unwrap_or_default(),
    }
}

fn property(yaml: &str) -> (String, Vec<String>) {
    let indented: String = yaml.lines().map(|l| format!("      {l}\n")).collect();
    let text = format!("{HEAD}{indented}");
    let got = evaluate(&[("main.yaml", &text)], &[]);
    let shown = got
        .deployment
        .as_ref()
        .and_then(|d| d.get(&Address::from("T")))
        .map(|r| show(&r.properties))
        .unwrap_or_default();
    (shown, got.said())
}

#[test]
fn functions_in_short_and_long_form() {
    for (short, long, expected) in [
        ("P: !Ref Name", "P: {Ref: Name}", "{P=demo}"),
        ("P: !Ref List", "P: {'Ref': List}", "{P=[a, b, c]}"),
        ("P: !Ref Other", "P: {Ref: Other}", "{P=${Other}}"),
        (
            "P: !Ref AWS::Region",
            "P: {Ref: 'AWS::Region'}",
            "{P=eu-west-2}",
        ),
        (
            "P: !Ref AWS::AccountId",
            "P: {Ref: 'AWS::AccountId'}",
            "{P=111122223333}",
        ),
        ("P: !Ref AWS::NoValue", "P: {Ref: 'AWS::NoValue'}", "{}"),
        (
            "P: !GetAtt Other.Arn",
            "P: {'Fn::GetAtt': [Other, Arn]}",
            "{P=${Other.Arn}}",
        ),
        (
            "P: !Sub 'x-${Name}-${!Y}'",
            "P: {'Fn::Sub': 'x-${Name}-${!Y}'}",
            "{P=x-demo-${Y}}",
        ),
        (
            "P: !Sub ['${A}/${Other.Arn}', {A: !Ref Name}]",
            "P: {'Fn::Sub': ['${A}/${Other.Arn}', {A: {Ref: Name}}]}",
            "{P=demo/${Other.Arn}}",
        ),
        (
            "P: !Join ['-', [a, !Ref Name]]",
            "P: {'Fn::Join': ['-', [a, {Ref: Name}]]}",
            "{P=a-demo}",
        ),
        (
            "P: !Select [1, !Ref List]",
            "P: {'Fn::Select': ['1', {Ref: List}]}",
            "{P=b}",
        ),
        (
            "P: !Split [',', 'x,y']",
            "P: {'Fn::Split': [',', 'x,y']}",
            "{P=[x, y]}",
        ),
        (
            "P: !FindInMap [M, !Ref AWS::Region, k]",
            "P: {'Fn::FindInMap': [M, {Ref: 'AWS::Region'}, k]}",
            "{P=v}",
        ),
        (
            "P: !FindInMap [M, eu-west-2, l]",
            "P: {'Fn::FindInMap': [M, eu-west-2, l]}",
            "{P=[x, y]}",
        ),
        (
            "P: !FindInMap [M, mars, k, {DefaultValue: d}]",
            "P: {'Fn::FindInMap': [M, mars, k, {DefaultValue: d}]}",
            "{P=d}",
        ),
        ("P: !If [Yes, 1, 2]", "P: {'Fn::If': [Yes, 1, 2]}", "{P=1}"),
        (
            "P: !If [No, 1, !Ref AWS::NoValue]",
            "P: {'Fn::If': [No, 1, {Ref: 'AWS::NoValue'}]}",
            "{}",
        ),
        // "demo" is 64 65 6d 6f: ZGVtbw==
        ("P: !Base64 demo", "P: {'Fn::Base64': demo}", "{P=ZGVtbw==}"),
        (
            "P: !Cidr [10.0.0.0/16, 2, 8]",
            "P: {'Fn::Cidr': [10.0.0.0/16, 2, 8]}",
            "{P=[10.0.0.0/24, 10.0.1.0/24]}",
        ),
        (
            "P: !Select [0, !GetAZs '']",
            "P: {'Fn::Select': [0, {'Fn::GetAZs': {Ref: 'AWS::Region'}}]}",
            "{P=eu-west-2a}",
        ),
        (
            "P: !ToJsonString {a: [1, 'b', !Ref Name], c: true}",
            "P: {'Fn::ToJsonString': {a: [1, 'b', {Ref: Name}], c: true}}",
            r#"{P={"a":[1,"b","demo"],"c":true}}"#,
        ),
        (
            "P: !ImportValue gone",
            "P: {'Fn::ImportValue': gone}",
            "{P=?no stack of this environment exports gone}",
        ),
        (
            "P: !If [Maybe, 1, 2]",
            "P: {'Fn::If': [Maybe, 1, 2]}",
            "{P=?condition Maybe is not known: parameter Ssm is read from Systems Manager parameter /x/y at deployment}",
        ),
        ("P: !Ref Secret", "P: {Ref: Secret}", "{P=****}"),
    ] {
        for form in [short, long] {
            let (shown, said) = property(form);
            assert!(said.is_empty(), "{form}: {said:?}");
            assert_eq!(shown, expected, "{form}");
        }
    }
    assert_eq!(property("P: !Length [1, 2]").0, "{P=2}");
    assert_eq!(property("P: {'Fn::Length': {Ref: List}}").0, "{P=3}");
}

#[test]
fn yaml_1_1_scalars_reach_the_properties() {
    let (shown, said) = property("A: yes\nB: 012\nC: '012'\nD: 1:30\nE: 0.5");
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(shown, "{A=true, B=10, C=012, D=90, E=0.5}");
}

#[test]
fn dynamic_references_stay_gaps() {
    let (shown, _) = property("A: '{{resolve:secretsmanager:s:SecretString:p}}'");
    assert_eq!(
        shown,
        "{A=?dynamic reference {{resolve:secretsmanager:s:SecretString:p}} is looked up at deployment}"
    );
}

#[test]
fn for_each_makes_resources_and_properties() {
    let text = r"
Transform: AWS::LanguageExtensions
Parameters: { Names: { Type: CommaDelimitedList, Default: 'A,B' } }
Resources:
  Fn::ForEach::Buckets:
    - N
    - !Ref Names
    - Bucket${N}:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Sub 'x-${N}'
          Tags: [{Key: n, Value: !Ref N}]
";
    let got = evaluate(&[("main.yaml", text)], &[("Names", "P,Q,R")]);
    assert!(got.said().is_empty(), "{:?}", got.said());
    let shown: Vec<String> = got
        .deployment()
        .resources
        .values()
        .map(|r| format!("{} {}", r.address, show(&r.properties)))
        .collect();
    assert_eq!(
        shown,
        [
            "BucketP {BucketName=x-P, Tags=[{Key=n, Value=P}]}",
            "BucketQ {BucketName=x-Q, Tags=[{Key=n, Value=Q}]}",
            "BucketR {BucketName=x-R, Tags=[{Key=n, Value=R}]}",
        ]
    );
}

const PARENT: &str = r"
Resources:
  Net:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ./net.yaml, Parameters: { Cidr: 10.0.0.0/16 } }
  App:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: !Sub 'https://s3.amazonaws.com/${AWS::StackName}/templates/app.yaml'
      Parameters:
        Subnets: !GetAtt Net.Outputs.Subnets
        Zone: !GetAtt Net.Outputs.Cidr
";
const NET: &str = r"
Parameters: { Cidr: { Type: String } }
Resources:
  A: { Type: AWS::EC2::Subnet, Properties: { CidrBlock: !Ref Cidr } }
  B: { Type: AWS::EC2::Subnet }
Outputs:
  Subnets: { Value: !Join [',', [!Ref A, !Ref B]] }
  Cidr: { Value: !Ref Cidr, Export: { Name: net-cidr } }
";
const APP: &str = r"
Parameters: { Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' }, Zone: { Type: String } }
Resources:
  Svc:
    Type: AWS::ECS::Service
    Properties: { Subnets: !Ref Subnets, Zone: !Ref Zone, Imported: !ImportValue net-cidr }
";

#[test]
fn references_and_values_cross_stack_borders() {
    let got = evaluate(
        &[
            ("main.yaml", PARENT),
            ("net.yaml", NET),
            ("templates/app.yaml", APP),
        ],
        &[],
    );
    assert!(got.said().is_empty(), "{:?}", got.said());
    let svc = got
        .deployment()
        .get(&Address::from("App/Svc"))
        .expect("the service");
    assert_eq!(
        show(&svc.properties),
        "{Subnets=[${Net/A}, ${Net/B}], Zone=10.0.0.0/16, Imported=10.0.0.0/16}"
    );
    let zone = svc.properties.get("Zone").expect("Zone");
    assert_eq!(
        zone.trail.steps().count(),
        3,
        "child parameter, output, child parameter: {:?}",
        zone.trail
    );
}

#[test]
fn what_is_wrong_is_said() {
    for (body, expected) in [
        (
            "P: !Ref Nmae",
            "unknown-name: the template has no resource or parameter Nmae",
        ),
        (
            "P: !GetAtt Gone.Arn",
            "unknown-name: the template has no resource or parameter Gone",
        ),
        (
            "P: !If [Nope, 1, 2]",
            "unknown-condition: the template has no condition Nope",
        ),
        (
            "P: !Join [a]",
            "function-arity: Join takes a list of 2, not 1 arguments",
        ),
        (
            "P: !Foo x",
            "unknown-function: there is no intrinsic function Foo",
        ),
        (
            "P: !FindInMap [M, eu-west-2, z]",
            "mapping-key: mapping M has no key z under eu-west-2",
        ),
        (
            "P: !Select [9, !Ref List]",
            "select-index: Fn::Select asks for item 9 of a list of 3",
        ),
        (
            "P: !Sub '${a-b}'",
            "sub-variable: '${a-b}' is no name that Fn::Sub can take",
        ),
        (
            "P: !Ref AWS::Regoin",
            "unknown-pseudo: there is no pseudo parameter AWS::Regoin",
        ),
        (
            "P: !Cidr [10.0.0.0/24, 9, 6]",
            "cidr: 10.0.0.0/24 has room for 4 blocks of 6 host bits, not for 9",
        ),
    ] {
        assert_eq!(property(body).1, [expected], "{body}");
    }
}

#[test]
fn circles_are_named() {
    let text =
        "Resources:\n  A: {Type: X::Y, Properties: {P: !Ref B}}\n  B: {Type: X::Y, DependsOn: A}\n";
    let got = evaluate(&[("main.yaml", text)], &[]);
    assert_eq!(
        got.said(),
        ["resource-cycle: resources depend on each other in a circle: A → B → A"]
    );

    let text = "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources: {R: {Type: X::Y, Condition: A}}\n";
    let got = evaluate(&[("main.yaml", text)], &[]);
    assert_eq!(
        got.said(),
        ["condition-cycle: condition A depends on itself"]
    );

    let text = "Resources:\n  Me: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./main.yaml}}\n";
    let got = evaluate(&[("main.yaml", text)], &[]);
    assert_eq!(
        got.said(),
        ["stack-cycle: template main.yaml includes itself"]
    );

    let text = "Resources:\n  C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../../etc/passwd}}\n";
    let got = evaluate(&[("main.yaml", text)], &[]);
    assert_eq!(
        got.said(),
        ["template-url: '../../etc/passwd' leaves the folder of the templates (limit `tree-root`)"]
    );
}

#[test]
fn a_false_condition_removes_the_resource() {
    let text = "Parameters: {On: {Type: String, Default: 'false'}}\nConditions: {C: !Equals [!Ref On, 'true']}\nResources:\n  R: {Type: X::Y, Condition: C}\n";
    let got = evaluate(&[("main.yaml", text)], &[]);
    assert!(got.deployment().resources.is_empty());
    assert_eq!(got.deployment().off[0].condition.as_ref(), "C");
    let got = evaluate(&[("main.yaml", text)], &[("On", "true")]);
    assert_eq!(got.deployment().resources.len(), 1);
}

#[test]
fn parameter_files_in_four_forms() {
    let template = "Parameters:\n  A: {Type: String}\n  B: {Type: Number, MaxValue: 9}\nResources: {R: {Type: X::Y, Properties: {A: !Ref A, B: !Ref B}}}\n";
    for file in [
        r#"{"Parameters": {"A": "x", "B": "5"}}"#,
        r#"[{"ParameterKey": "A", "ParameterValue": "x"}, {"ParameterKey": "B", "ParameterValue": "5"}]"#,
        r#"["A=x", "B=5"]"#,
        r#"{"A": "x", "B": "5"}"#,
    ] {
        let got = evaluate(&[("main.yaml", template), ("params.json", file)], &[]);
        assert!(got.said().is_empty(), "{file}: {:?}", got.said());
        let r = got.deployment().get(&Address::from("R")).expect("R");
        assert_eq!(show(&r.properties), "{A=x, B=5}");
    }
    let got = evaluate(
        &[
            ("main.yaml", template),
            ("params.json", r#"{"A": "x", "Bb": "5"}"#),
        ],
        &[],
    );
    assert_eq!(
        got.said(),
        [
            "unknown-parameter: the template has no parameter Bb",
            "missing-parameter: parameter B has no value and no default"
        ]
    );
    let got = evaluate(
        &[
            ("main.yaml", template),
            ("params.json", r#"["A=x", "B=10"]"#),
        ],
        &[],
    );
    assert_eq!(
        got.said(),
        ["parameter-value: parameter B is '10': above MaxValue 9"]
    );
    assert!(
        got.sources
            .position(
                got.diagnostics
                    .iter()
                    .next()
                    .and_then(|d| d.span)
                    .expect("a place")
            )
            .line
            == 1
    );
}
