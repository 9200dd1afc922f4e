//! What reaches what in the shipped stack, and its drawing.

use std::collections::{BTreeMap, BTreeSet};

use isms_cost::model::Address;
use isms_cost::reach::Graph;
use isms_cost::report::{graph as drawing, reach as report};
use isms_cost::rules::{Status, check};
use serde::Deserialize;

use crate::support::{Evaluated, evaluate};

/// The templates of `infrastructure/` by name, and an environment's parameters as `params.json`.
pub(crate) fn files(environment: &str) -> Vec<(String, String)> {
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("infrastructure");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder.join("templates")).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_file() {
            let name = path.file_name().expect("a name").display().to_string();
            files.push((name, std::fs::read_to_string(&path).expect("text")));
        }
    }
    let parameters = folder.join(format!("parameters/{environment}-params.json"));
    let text = std::fs::read_to_string(parameters).expect("parameters");
    files.push(("params.json".to_owned(), text));
    files
}

fn shipped(environment: &str) -> Evaluated {
    let files = files(environment);
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    evaluate(&files, &[])
}

fn explained(address: &str) -> String {
    written(&shipped("production"), address)
}

fn written(evaluated: &Evaluated, address: &str) -> String {
    let graph = Graph::new(evaluated.deployment());
    let mut out = Vec::new();
    report::write(
        &mut out,
        &evaluated.sources,
        &graph,
        &Address::from(address),
    )
    .expect("a vector");
    String::from_utf8(out).expect("text")
}

#[test]
fn the_shipped_backend_is_reached_through_the_load_balancer_alone() {
    let text = explained("Ecs/BackendService");
    let hops = [
        "tcp 4000 from 0.0.0.0/0",
        "1. internet, 0.0.0.0/0",
        "2. Network/InternetGateway is attached to Network/Vpc",
        "3. Network/PublicDefaultRoute: 0.0.0.0/0 of Network/PublicRouteTable goes to it",
        "4. Network/PublicSubnetA takes its routes from Network/PublicRouteTable",
        "5. SecurityGroups/AlbSecurityGroup lets in tcp 443 from 0.0.0.0/0",
        "6. Alb/LoadBalancer tcp 443 at its public address: Scheme is internet-facing; Alb/HttpsListener listens",
        "7. Alb/BackendListenerRule forwards tcp 443 to Alb/BackendBlue",
        "8. Alb/BackendBlue sends to Ecs/BackendService on tcp 4000",
        "9. SecurityGroups/AlbSecurityGroup lets out tcp 4000 to 10.0.0.0/16",
        "10. SecurityGroups/EcsSecurityGroup lets in tcp 4000 from SecurityGroups/AlbSecurityGroup",
        "11. Ecs/BackendService tcp 4000",
        "no other way: its tasks get no public address (AssignPublicIp)",
    ];
    let mut rest = text.as_str();
    for hop in hops {
        let at = rest
            .find(hop)
            .unwrap_or_else(|| panic!("'{hop}' in order in\n{text}"));
        rest = &rest[at + hop.len()..];
    }
}

#[test]
fn the_shipped_database_is_reached_by_the_tasks_alone() {
    let text = explained("Database/AuroraWriter");
    assert!(
        text.contains("nothing reaches it: PubliclyAccessible is false"),
        "{text}"
    );
    let inside = text.split("from inside:").nth(1).expect("a section");
    let who: Vec<&str> = inside
        .lines()
        .filter(|l| l.starts_with("  ") && !l.starts_with("   "))
        .map(str::trim)
        .collect();
    assert_eq!(
        who,
        [
            "Ecs/BackendService, which the internet reaches: tcp 5432",
            "Ecs/FrontendService, which the internet reaches: tcp 5432"
        ]
    );
    assert!(
        explained("Network/PrivateSubnetA")
            .contains("private: Network/PrivateRouteTableA has no route to an internet gateway")
    );
    assert!(explained("Network/PublicSubnetA").contains("public, by its routes:"));
    assert!(
        explained("SecurityGroups/EcsSecurityGroup")
            .contains("protects: Ecs/BackendService, Ecs/FrontendService")
    );
    assert_eq!(explained("Secrets/Key"), "");
}

#[test]
fn the_drawing_is_the_same_each_time_and_every_line_is_mermaid() {
    let draw = || {
        let stacks = ["staging", "production"].map(|e| (e, shipped(e)));
        let views: Vec<_> = stacks
            .iter()
            .map(|(e, s)| (*e, Graph::new(s.deployment()).view()))
            .collect();
        let (mut mermaid, mut dot) = (Vec::new(), Vec::new());
        drawing::mermaid(&mut mermaid, &views).expect("a vector");
        drawing::dot(&mut dot, &views).expect("a vector");
        (
            String::from_utf8(mermaid).expect("text"),
            String::from_utf8(dot).expect("text"),
        )
    };
    let (mermaid, dot) = draw();
    assert_eq!((mermaid.clone(), dot.clone()), draw());
    let line = regex_lite::Regex::new(
        r#"^(flowchart LR|  subgraph e\d+\["[^"]+"\]|  end|  classDef \w+ [\w:#,\- ]+|    e\d+n\d+(\(\("[^"]+"\)\)|\{\{"[^"]+"\}\}|\(\["[^"]+"\]\)|\[\("[^"]+"\)\]|\[\["[^"]+"\]\]|\[/"[^"]+"/\]|>"[^"]+"\]|\["[^"]+"\])(:::\w+)?|    e\d+n\d+ (-->|-\.->|---)(\|"[^"]+"\|)? e\d+n\d+)$"#,
    )
    .expect("a pattern");
    for text in mermaid.lines() {
        assert!(line.is_match(text), "{text}");
    }
    for part in [
        "subgraph e0[\"staging\"]",
        "subgraph e1[\"production\"]",
        "Database/AuroraWriter (database)",
    ] {
        assert!(mermaid.contains(part), "{part}");
    }
    assert_eq!(dot.matches('{').count(), dot.matches('}').count());
    assert!(dot.starts_with("digraph network {") && dot.contains("subgraph cluster_1"));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    common: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    parameters: String,
    #[serde(default)]
    conditions: String,
    template: String,
    /// Every way from the internet, by address.
    #[serde(default)]
    reached: BTreeMap<String, Vec<String>>,
    /// Part of the reason why nothing reaches it.
    #[serde(default)]
    closed: BTreeMap<String, String>,
    /// Part of the input that is missing.
    #[serde(default)]
    unknown: BTreeMap<String, String>,
    /// Part of the explanation.
    #[serde(default)]
    says: BTreeMap<String, String>,
    /// Another part of it.
    #[serde(default)]
    asks: BTreeMap<String, String>,
    /// No part of it.
    #[serde(default)]
    silent: BTreeMap<String, String>,
}

fn indented(section: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = text.lines().map(|l| format!("  {l}")).collect();
    format!("{section}:\n{}\n", lines.join("\n"))
}

fn read() -> Cases {
    serde_yaml::from_str(include_str!("../cases/reach.yaml")).expect("well-formed cases")
}

impl Cases {
    fn template(&self, case: &Case) -> String {
        indented("Parameters", &case.parameters)
            + &indented("Conditions", &case.conditions)
            + &indented("Resources", &format!("{}{}", self.common, case.template))
    }
}

/// Each value of each case in turn is something else; there is an answer, whichever it is.
#[test]
fn no_value_of_any_kind_is_too_much() {
    let values = [
        "null",
        "[[{x: 1}], null, 7]",
        "{a: {b: []}}",
        "!ImportValue elsewhere",
        "-99999999999999999999",
        "\"\"",
        "!Ref Vpc",
        "!GetAtt Web.Nothing",
    ];
    let property = regex_lite::Regex::new(r"(\w+): ([^,{}\[\]\n]+)").expect("a pattern");
    let (file, mut count) = (read(), 0usize);
    for case in &file.cases {
        let template = file.template(case);
        for found in property.captures_iter(&template) {
            let (key, value) = (found.get(1), found.get(2).expect("a value"));
            if key.is_some_and(|k| k.as_str() == "Type") {
                continue;
            }
            let mut broken = template.clone();
            broken.replace_range(value.range(), values[count % values.len()]);
            count += 1;
            let evaluated = evaluate(&[("main.yaml", &broken)], &[]);
            if let Some(deployment) = &evaluated.deployment {
                let findings = check(deployment, &evaluated.sources, &[]).findings;
                assert!(!findings.is_empty());
                Graph::new(deployment).view();
                for address in deployment.resources.keys() {
                    written(&evaluated, address.as_str());
                }
            }
        }
    }
    assert!(count > 500, "{count} values");
}

#[test]
fn cases() {
    let file = read();
    let mut wrong = Vec::new();
    for case in &file.cases {
        let template = file.template(case);
        let evaluated = evaluate(&[("main.yaml", &template)], &[]);
        assert!(
            !evaluated.diagnostics.has_errors(),
            "{}: {:?}",
            case.name,
            evaluated.said()
        );
        let graph = Graph::new(evaluated.deployment());
        let reach = |address: &str| {
            let endpoint = graph.endpoint(&Address::from(address));
            graph.from_internet(endpoint.unwrap_or_else(|| panic!("{address} is in the graph")))
        };
        for (address, expected) in &case.reached {
            let found: Vec<String> = reach(address)
                .paths
                .iter()
                .map(|p| format!("{} from {}", p.traffic, p.from))
                .collect();
            if found != *expected {
                wrong.push(format!("{}: {address} is reached by {found:?}", case.name));
            }
        }
        for (address, part) in &case.closed {
            let found = reach(address);
            let said = found.closed.iter().any(|c| c.contains(part));
            if found.answer() != Ok(false) || !said {
                wrong.push(format!("{}: {address}: {found:?}", case.name));
            }
        }
        for (address, part) in &case.unknown {
            let found = reach(address);
            if !found.paths.is_empty() || !found.gaps.iter().any(|g| g.contains(part)) {
                wrong.push(format!("{}: {address}: {found:?}", case.name));
            }
        }
        for (address, part) in case.says.iter().chain(&case.asks) {
            let text = written(&evaluated, address);
            if !text.contains(part) {
                wrong.push(format!("{}: {address}: {text}", case.name));
            }
        }
        for (address, part) in &case.silent {
            let text = written(&evaluated, address);
            if text.contains(part) {
                wrong.push(format!("{}: {address}: {text}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Two rules of one list from the same addresses are two faults: fixing one and making another is not the same.
#[test]
fn faults_of_one_list_have_keys_of_their_own() {
    let keys = |port: u16| {
        let template = format!(
            "Resources:\n  G: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: x, SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}}, {{IpProtocol: tcp, FromPort: {port}, ToPort: {port}, CidrIp: 0.0.0.0/0}}]}}}}\n"
        );
        let evaluated = evaluate(&[("main.yaml", &template)], &[]);
        let findings = check(evaluated.deployment(), &evaluated.sources, &[]).findings;
        findings
            .iter()
            .filter(|f| f.rule.starts_with("net.sg-") && f.status == Status::Fail)
            .map(isms_cost::rules::Finding::key)
            .collect::<BTreeSet<String>>()
    };
    let (one, other) = (keys(3389), keys(23));
    // A fault for each port and each missing description, and one for the egress rule that is not written.
    assert_eq!(one.len(), 5, "{one:?}");
    assert_eq!(one.intersection(&other).count(), 3, "{one:?} {other:?}");
}
