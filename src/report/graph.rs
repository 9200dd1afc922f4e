//! The network of each environment as a drawing: Mermaid and Graphviz.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::reach::{EdgeKind, Node, NodeKind, View};

/// A Mermaid flowchart with a box for each environment. What the internet reaches has a thick red border; what is not
/// known is dotted.
///
/// # Errors
/// Those of the writer.
pub fn mermaid(out: &mut dyn Write, views: &[(&str, View)]) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    for (i, (environment, view)) in views.iter().enumerate() {
        writeln!(out, "  subgraph e{i}[\"{}\"]", entities(environment))?;
        let names = names(i, view);
        for node in &view.nodes {
            let (open, close) = match node.kind {
                NodeKind::Internet => ("((", "))"),
                NodeKind::Gateway | NodeKind::Nat => ("{{", "}}"),
                NodeKind::Group | NodeKind::Acl => ("([", "])"),
                NodeKind::Database => ("[(", ")]"),
                NodeKind::TargetGroup => ("[[", "]]"),
                NodeKind::Subnet => ("[/", "/]"),
                NodeKind::Addresses => (">", "]"),
                _ => ("[", "]"),
            };
            writeln!(
                out,
                "    {}{open}\"{}\"{close}{}",
                names[node.id.as_str()],
                entities(&label(node)),
                class(node).map(|c| format!(":::{c}")).unwrap_or_default()
            )?;
        }
        for edge in &view.edges {
            let arrow = match (edge.sure, edge.kind) {
                (false, _) => "-.->",
                (true, EdgeKind::Holds) => "---",
                (true, _) => "-->",
            };
            let text = if edge.label.is_empty() {
                String::new()
            } else {
                format!("|\"{}\"|", entities(&edge.label))
            };
            let (from, to) = (&names[edge.from.as_str()], &names[edge.to.as_str()]);
            writeln!(out, "    {from} {arrow}{text} {to}")?;
        }
        writeln!(out, "  end")?;
    }
    writeln!(out, "  classDef reached stroke:#c00,stroke-width:3px")?;
    writeln!(out, "  classDef unknown stroke-dasharray:4 4")
}

/// A Graphviz digraph with a cluster for each environment.
///
/// # Errors
/// Those of the writer.
pub fn dot(out: &mut dyn Write, views: &[(&str, View)]) -> io::Result<()> {
    writeln!(out, "digraph network {{\n  rankdir=LR\n  node [shape=box]")?;
    for (i, (environment, view)) in views.iter().enumerate() {
        writeln!(
            out,
            "  subgraph cluster_{i} {{\n    label={}",
            quoted(environment)
        )?;
        let names = names(i, view);
        for node in &view.nodes {
            let shape = match node.kind {
                NodeKind::Internet => "circle",
                NodeKind::Gateway | NodeKind::Nat => "hexagon",
                NodeKind::Group | NodeKind::Acl => "oval",
                NodeKind::Database => "cylinder",
                NodeKind::Subnet => "parallelogram",
                NodeKind::Addresses => "cds",
                NodeKind::TargetGroup => "component",
                _ => "box",
            };
            let mut style = String::new();
            match class(node) {
                Some("reached") => style.push_str(" color=\"#cc0000\" penwidth=3"),
                Some(_) => style.push_str(" style=dashed"),
                None => {}
            }
            writeln!(
                out,
                "    {} [label={} shape={shape}{style}]",
                names[node.id.as_str()],
                quoted(&label(node))
            )?;
        }
        for edge in &view.edges {
            let mut attributes = String::new();
            if !edge.label.is_empty() {
                let _ = write!(attributes, " label={}", quoted(&edge.label));
            }
            if edge.kind == EdgeKind::Holds {
                attributes.push_str(" dir=none");
            }
            if !edge.sure {
                attributes.push_str(" style=dashed");
            }
            let list = if attributes.is_empty() {
                String::new()
            } else {
                format!(" [{}]", attributes.trim_start())
            };
            let (from, to) = (&names[edge.from.as_str()], &names[edge.to.as_str()]);
            writeln!(out, "    {from} -> {to}{list}")?;
        }
        writeln!(out, "  }}")?;
    }
    writeln!(out, "}}")
}

/// A short name for each node; addresses hold characters that neither language takes.
fn names(environment: usize, view: &View) -> BTreeMap<&str, String> {
    let numbered = view.nodes.iter().enumerate();
    numbered
        .map(|(i, node)| (node.id.as_str(), format!("e{environment}n{i}")))
        .collect()
}

fn label(node: &Node) -> String {
    let kind = match node.kind {
        NodeKind::Internet | NodeKind::Addresses => return node.label.clone(),
        NodeKind::Gateway => "internet gateway",
        NodeKind::Nat => "NAT gateway",
        NodeKind::Acl => "network ACL",
        NodeKind::Subnet => "subnet",
        NodeKind::Group => "security group",
        NodeKind::LoadBalancer => "load balancer",
        NodeKind::TargetGroup => "target group",
        NodeKind::Tasks => "tasks",
        NodeKind::Database => "database",
        NodeKind::Instance => "instance",
        NodeKind::Other => return node.label.clone(),
    };
    format!("{} ({kind})", node.label)
}

fn class(node: &Node) -> Option<&'static str> {
    let judged = matches!(
        node.kind,
        NodeKind::LoadBalancer | NodeKind::Tasks | NodeKind::Database | NodeKind::Instance
    );
    match (judged, node.reached) {
        (true, Some(true)) => Some("reached"),
        (true, None) => Some("unknown"),
        _ => None,
    }
}

/// Mermaid's entities: quotes end a label, and angle brackets, ampersands and hashes begin something else.
fn entities(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | ';' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::Edge;

    fn view() -> View {
        let node = |kind, id: &str, reached| Node {
            kind,
            id: id.to_owned(),
            label: id.to_owned(),
            reached,
        };
        View {
            nodes: vec![
                node(NodeKind::Internet, "internet", None),
                node(NodeKind::LoadBalancer, "a \"b\" <c>\n#d;", Some(true)),
                node(NodeKind::Database, "Database/Writer", None),
            ],
            edges: vec![Edge {
                kind: EdgeKind::LetsIn,
                from: "internet".into(),
                to: "a \"b\" <c>\n#d;".into(),
                label: "tcp 443".into(),
                sure: false,
            }],
        }
    }

    fn text(draw: impl Fn(&mut dyn Write, &[(&str, View)]) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        draw(&mut out, &[("a]b", view())]).expect("a vector");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn labels_are_escaped() {
        let mermaid = text(mermaid);
        assert!(mermaid.contains("subgraph e0[\"a]b\"]"), "{mermaid}");
        assert!(
            mermaid.contains("e0n1[\"a #34;b#34; #60;c#62; #35;d#59; (load balancer)\"]:::reached"),
            "{mermaid}"
        );
        assert!(mermaid.contains("e0n2[(\"Database/Writer (database)\")]:::unknown"));
        assert!(mermaid.contains("e0n0 -.->|\"tcp 443\"| e0n1"), "{mermaid}");
        let dot = text(dot);
        assert!(
            dot.contains("e0n1 [label=\"a \\\"b\\\" <c> #d; (load balancer)\" shape=box color"),
            "{dot}"
        );
        assert!(dot.contains("e0n0 -> e0n1 [label=\"tcp 443\" style=dashed]"));
    }
}
