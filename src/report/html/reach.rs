//! Who reaches what, as a drawing in columns from the internet inwards, and as the table that it is drawn from.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::{Page, table};
use crate::model::Deployment;
use crate::reach::{EndpointKind, Graph, Hop};

/// More boxes than these are not read; the table remains.
const MOST: usize = 40;
const BOX: (usize, usize) = (196, 48);
const GAP: (usize, usize) = (120, 30);
const EDGE: usize = 12;
/// Characters of a name in a box.
const NAME: usize = 24;

/// A connection that may be opened.
struct Edge {
    /// Index of the endpoint; `None` for the internet.
    from: Option<usize>,
    to: usize,
    traffic: String,
    /// Hop by hop, or the missing input.
    how: Result<Vec<String>, String>,
}

/// What is drawn of the edges between the same two.
struct Line<'d> {
    from: Option<usize>,
    to: usize,
    sure: bool,
    traffic: Vec<&'d str>,
}

/// What is drawn of one environment.
struct Drawing<'a> {
    /// Address and kind of each endpoint.
    nodes: Vec<(&'a str, &'static str)>,
    edges: Vec<Edge>,
    /// Column, from 1, and row, from 0, of each endpoint.
    places: Vec<(usize, usize)>,
}

pub(super) fn render(page: &Page<'_>) -> Markup {
    html! {
        p.hint {
            "A line is a connection that route tables, network ACLs and the security groups of both ends let be opened; a dashed one depends on an input that is not known. Only lines inwards are drawn."
        }
        @for (i, deployment) in page.deployments.iter().enumerate() {
            @let drawing = Drawing::new(deployment);
            h3 { (table::environment(i, &deployment.environment)) }
            @if drawing.nodes.is_empty() { p { "Nothing of this environment stands in a subnet." } }
            @else {
                @if drawing.nodes.len() <= MOST { (drawing.svg(&deployment.environment)) }
                @else { p.hint { (drawing.nodes.len()) " resources are too many to draw." } }
                details.screen { summary { "The same as a table, with each step" } (drawing.table(&deployment.environment)) }
            }
        }
    }
}

fn kind(kind: EndpointKind) -> &'static str {
    match kind {
        EndpointKind::LoadBalancer => "load balancer",
        EndpointKind::NetworkLoadBalancer => "network load balancer",
        EndpointKind::Tasks => "tasks",
        EndpointKind::Database => "database or cache",
        EndpointKind::Instance => "instance",
        EndpointKind::Function => "function",
        EndpointKind::Other => "network interface",
    }
}

fn steps(hops: &[Hop]) -> Vec<String> {
    hops.iter().map(|hop| hop.text.clone()).collect()
}

impl<'a> Drawing<'a> {
    fn new(deployment: &'a Deployment) -> Self {
        let graph = Graph::new(deployment);
        let nodes = graph
            .endpoints
            .iter()
            .map(|e| (e.resource.address.as_str(), kind(e.kind)))
            .collect();
        let mut edges = Vec::new();
        for (to, endpoint) in graph.endpoints.iter().enumerate() {
            let reach = graph.direct(endpoint);
            for path in &reach.paths {
                let traffic = if path.from.is_world() {
                    path.traffic.to_string()
                } else {
                    format!("{} from {}", path.traffic, path.from)
                };
                edges.push(Edge {
                    from: None,
                    to,
                    traffic,
                    how: Ok(steps(&path.hops)),
                });
            }
            if let (Err(gap), true) = (reach.answer(), reach.paths.is_empty()) {
                edges.push(Edge {
                    from: None,
                    to,
                    traffic: "not known".to_owned(),
                    how: Err(gap.to_string()),
                });
            }
            for neighbour in graph.neighbours(endpoint) {
                let address = &neighbour.endpoint.resource.address;
                let from = graph
                    .endpoints
                    .iter()
                    .position(|e| e.resource.address == *address);
                edges.push(Edge {
                    from,
                    to,
                    traffic: neighbour.traffic.to_string(),
                    how: neighbour
                        .how
                        .map(|hops| steps(&hops))
                        .map_err(|g| g.to_string()),
                });
            }
        }
        let places = places(graph.endpoints.len(), &edges);
        Drawing {
            nodes,
            edges,
            places,
        }
    }

    fn corner(&self, node: usize) -> (usize, usize) {
        let (column, row) = self.places[node];
        (
            EDGE + column * (BOX.0 + GAP.0),
            EDGE + row * (BOX.1 + GAP.1),
        )
    }

    fn svg(&self, environment: &str) -> Markup {
        let columns = self.places.iter().map(|p| p.0).max().unwrap_or_default() + 1;
        let rows = self.places.iter().map(|p| p.1).max().unwrap_or_default() + 1;
        let width = 2 * EDGE + columns * BOX.0 + (columns - 1) * GAP.0;
        let height = 2 * EDGE + rows * BOX.1 + (rows - 1) * GAP.1;
        let internet = (EDGE, EDGE + (rows - 1) * (BOX.1 + GAP.1) / 2);
        let lines = self.lines();
        let label = format!(
            "Reachability in {environment}: {} resources, {} from the internet",
            self.nodes.len(),
            lines.iter().filter(|l| l.from.is_none() && l.sure).count()
        );
        table::scroll(
            &format!("Drawing of {environment}"),
            html! {
                    svg.reach width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(label) {
                        @for line in &lines {
                        @let start = line.from.map_or(internet, |n| self.corner(n));
                        path class=(if line.sure { "line-sure" } else { "line-maybe" }) d=(curve(start, self.corner(line.to))) {}
                    }
                    (boxed(internet, "the internet", "anybody", "world"))
                    @for (n, (address, kind)) in self.nodes.iter().enumerate() {
                        @let open = lines.iter().any(|l| l.to == n && l.from.is_none() && l.sure);
                        @let (x, y) = self.corner(n);
                        @let starts: Vec<usize> = lines.iter().filter(|l| l.to == n).map(|l| l.from.map_or(internet, |f| self.corner(f)).1).collect();
                        (boxed((x, y), address, kind, if open { "open" } else { "inner" }))
                        text.traffic x=(x - 7) y=(beside(y, &starts)) text-anchor="end" { (traffic(&lines, n)) }
                    }
                }
            },
        )
    }

    /// Lines inwards: between the same two they are one, with all their traffic. What leads back, such as a task that
    /// calls its own load balancer, is left to the table.
    fn lines(&self) -> Vec<Line<'_>> {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for edge in &self.edges {
            if edge
                .from
                .is_some_and(|f| self.places[f].0 >= self.places[edge.to].0)
            {
                continue;
            }
            let sure = edge.how.is_ok();
            let same = |l: &&mut Line<'_>| (l.from, l.to, l.sure) == (edge.from, edge.to, sure);
            match lines.iter_mut().find(same) {
                Some(line) if line.traffic.contains(&edge.traffic.as_str()) => {}
                Some(line) => line.traffic.push(&edge.traffic),
                None => lines.push(Line {
                    from: edge.from,
                    to: edge.to,
                    sure,
                    traffic: vec![&edge.traffic],
                }),
            }
        }
        lines
    }

    fn table(&self, environment: &str) -> Markup {
        let name = |node: Option<usize>| node.map_or("the internet", |n| self.nodes[n].0);
        let reached: BTreeSet<usize> = self.edges.iter().map(|e| e.to).collect();
        table::scroll(
            &format!("Connections in {environment}"),
            html! {
                table data-sort {
                    caption { "Connections that may be opened in " (environment) }
                    thead { tr { th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Traffic" } th scope="col" { "How" } } }
                    tbody {
                        @for edge in &self.edges { tr {
                            th scope="row" { (name(edge.from)) }
                            td { (name(Some(edge.to))) }
                            td { (edge.traffic) }
                            td { @match &edge.how {
                                Ok(hops) => { ol.plain { @for hop in hops { li { (hop) } } } }
                                Err(gap) => { "not known: " (gap) }
                            } }
                        } }
                        @for (_, (address, _)) in self.nodes.iter().enumerate().filter(|(n, _)| !reached.contains(n)) { tr {
                            th scope="row" { "nobody" } td { (address) } td { "none" } td { "nothing lets a connection in" }
                        } }
                    }
                }
            },
        )
    }
}

/// Columns by the shortest way from the internet, or from what nothing reaches; rows by name, near those before them.
fn places(count: usize, edges: &[Edge]) -> Vec<(usize, usize)> {
    let mut column = vec![usize::MAX; count];
    let reached: BTreeSet<usize> = edges
        .iter()
        .filter(|e| e.from != Some(e.to))
        .map(|e| e.to)
        .collect();
    for (n, column) in column.iter_mut().enumerate() {
        let from_outside = edges.iter().any(|e| e.from.is_none() && e.to == n);
        if from_outside || !reached.contains(&n) {
            *column = 1;
        }
    }
    for round in 1..=count {
        for edge in edges {
            if edge.from.is_some_and(|f| column[f] == round) && column[edge.to] == usize::MAX {
                column[edge.to] = round + 1;
            }
        }
    }
    // Only a ring that nothing leads into is left.
    column
        .iter_mut()
        .filter(|c| **c == usize::MAX)
        .for_each(|c| *c = 1);
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    let most = column
        .iter()
        .fold(BTreeMap::<usize, usize>::new(), |mut all, c| {
            *all.entry(*c).or_default() += 1;
            all
        });
    let tallest = most.values().copied().max().unwrap_or_default();
    column
        .iter()
        .map(|c| {
            let row = rows.entry(*c).or_default();
            *row += 1;
            // Short columns stand in the middle.
            (
                *c,
                *row - 1 + (tallest - most.get(c).copied().unwrap_or_default()) / 2,
            )
        })
        .collect()
}

/// From the right edge of one box to the left edge of one further right.
fn curve(from: (usize, usize), to: (usize, usize)) -> String {
    let (x1, y1, y2) = (from.0 + BOX.0, from.1 + BOX.1 / 2, to.1 + BOX.1 / 2);
    let half = (x1 + to.0) / 2;
    format!("M{x1} {y1}C{half} {y1} {half} {y2} {} {y2}", to.0)
}

/// Where the label of a box's lines stands: over their end, or under it where they all come from above.
fn beside(y: usize, starts: &[usize]) -> usize {
    let above = starts.iter().any(|s| *s < y);
    let below = starts.iter().any(|s| *s > y);
    y + BOX.1 / 2 - 6 + if above && !below { 22 } else { 0 }
}

/// The traffic of all lines to a box.
fn traffic(lines: &[Line<'_>], to: usize) -> String {
    let mut all: Vec<&str> = Vec::new();
    for text in lines.iter().filter(|l| l.to == to).flat_map(|l| &l.traffic) {
        if !all.contains(text) {
            all.push(text);
        }
    }
    match all.as_slice() {
        [first, second, rest @ ..] if !rest.is_empty() => format!("{first}, {second} …"),
        few => few.join(", "),
    }
}

fn boxed((x, y): (usize, usize), name: &str, kind: &str, class: &str) -> Markup {
    let short: String = if name.chars().count() > NAME {
        let skip = name.chars().count() - NAME + 1;
        std::iter::once('…')
            .chain(name.chars().skip(skip))
            .collect()
    } else {
        name.to_owned()
    };
    html! {
        g class={ "node " (class) } {
            rect x=(x) y=(y) width=(BOX.0) height=(BOX.1) rx="6" {}
            text x=(x + 12) y=(y + 20) { (short) }
            text.kind-of x=(x + 12) y=(y + 37) { (kind) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: Option<usize>, to: usize) -> Edge {
        Edge {
            from,
            to,
            traffic: "tcp 443".to_owned(),
            how: Ok(Vec::new()),
        }
    }

    #[test]
    fn columns_lead_from_the_internet_inwards() {
        // The internet → 0 → 1 → 2, and back from 1 to 0; 3 is reached by nobody; 4 and 5 only by each other.
        let edges = [
            (None, 0),
            (Some(0), 1),
            (Some(1), 2),
            (Some(1), 0),
            (Some(4), 5),
            (Some(5), 4),
        ]
        .map(|(from, to)| edge(from, to));
        let columns: Vec<usize> = places(6, &edges).iter().map(|p| p.0).collect();
        assert_eq!(columns, [1, 2, 3, 1, 1, 1]);
        // No two boxes in one place.
        let all: BTreeSet<(usize, usize)> = places(6, &edges).into_iter().collect();
        assert_eq!(all.len(), 6);
    }
}
