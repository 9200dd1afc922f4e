//! What reaches a resource, hop by hop, or why nothing does.

use std::io::{self, Write};

use crate::model::Address;
use crate::reach::{Direction, Graph, Hop, Id, Reach};
use crate::source::SourceMap;

/// The section about the network under a resource's explanation; nothing for what has no part in it.
///
/// # Errors
/// Those of the writer.
pub fn write(
    out: &mut dyn Write,
    sources: &SourceMap,
    graph: &Graph<'_>,
    address: &Address,
) -> io::Result<()> {
    let id = Id::Here(address.clone());
    if let Some(endpoint) = graph.endpoint(address) {
        writeln!(out, "\nfrom the internet:")?;
        ways(out, sources, &graph.from_internet(endpoint))?;
        writeln!(out, "\nfrom inside:")?;
        let neighbours = graph.neighbours(endpoint);
        if neighbours.is_empty() {
            writeln!(out, "  nothing of this stack tree")?;
        }
        for neighbour in neighbours {
            let (who, traffic) = (&neighbour.endpoint.resource.address, neighbour.traffic);
            let reached = match graph.from_internet(neighbour.endpoint).answer() {
                Ok(true) => ", which the internet reaches",
                Ok(false) => "",
                Err(_) => ", of which nobody knows whether the internet reaches it",
            };
            match &neighbour.how {
                Ok(hops) => {
                    writeln!(out, "  {who}{reached}: {traffic}")?;
                    path(out, sources, hops)?;
                }
                Err(gap) => writeln!(out, "  {who}{reached}: {traffic}, not known: {gap}")?,
            }
        }
    } else if let Some(subnet) = graph.network.subnets.get(address) {
        match graph.is_public(subnet) {
            Ok(Some(hops)) => {
                writeln!(out, "\npublic, by its routes:")?;
                path(out, sources, &hops)?;
            }
            Ok(None) => writeln!(out, "\nprivate: {}", graph.network.way(subnet).closed)?,
            Err(gap) => writeln!(out, "\nnot known whether it is public: {gap}")?,
        }
    } else if let Some(group) = graph.groups.get(&id) {
        let users: Vec<&str> = graph
            .users(&id)
            .map(|e| e.resource.address.as_str())
            .collect();
        let list = if users.is_empty() {
            "nothing that this stack tree shows".to_owned()
        } else {
            users.join(", ")
        };
        writeln!(out, "\nprotects: {list}")?;
        writeln!(out, "lets in:")?;
        for rule in &group.rules {
            if rule.direction != Direction::In {
                continue;
            }
            let mut from: Vec<String> = rule
                .group
                .iter()
                .map(|g| {
                    g.here()
                        .map_or_else(|| "a group outside".into(), Address::to_string)
                })
                .collect();
            if !rule.addresses.is_empty() {
                from.push(rule.addresses.to_string());
            }
            let gap = rule.gap.as_ref();
            let gap = gap.map_or_else(String::new, |g| format!(", not known: {g}"));
            let place = rule.resource.map(|r| sources.locate(r.place(&rule.path)));
            writeln!(
                out,
                "  {} from {}{gap}  ({})",
                rule.traffic,
                from.join(" and "),
                place.unwrap_or_default()
            )?;
        }
    }
    Ok(())
}

fn ways(out: &mut dyn Write, sources: &SourceMap, reach: &Reach) -> io::Result<()> {
    for way in &reach.paths {
        writeln!(out, "  {} from {}", way.traffic, way.from.on_the_internet())?;
        path(out, sources, &way.hops)?;
    }
    for gap in &reach.gaps {
        writeln!(out, "  not known: {gap}")?;
    }
    for reason in &reach.closed {
        let word = if reach.paths.is_empty() && reach.gaps.is_empty() {
            "nothing reaches it"
        } else {
            "no other way"
        };
        writeln!(out, "  {word}: {reason}")?;
    }
    if reach == &Reach::default() {
        writeln!(out, "  nothing reaches it")?;
    }
    Ok(())
}

fn path(out: &mut dyn Write, sources: &SourceMap, hops: &[Hop]) -> io::Result<()> {
    for (i, hop) in hops.iter().enumerate() {
        let place = hop.span.map(|s| format!("  ({})", sources.locate(s)));
        writeln!(
            out,
            "    {}. {}{}",
            i + 1,
            hop.text,
            place.unwrap_or_default()
        )?;
    }
    Ok(())
}
