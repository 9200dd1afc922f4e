//! Which ports are open: the answers of rules, range by range.

use std::collections::BTreeSet;

use super::{Bounds, Direction, Group, Protocol, Traffic};

/// Ports that are open, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Protocol and ports.
    pub traffic: Traffic,
    /// The addresses that get in.
    pub from: Bounds,
}

/// The protocols and ranges of ports between which rules make a difference.
pub(super) fn pieces<'t>(traffic: impl Iterator<Item = &'t Traffic>) -> Vec<Traffic> {
    let mut cuts: BTreeSet<(Protocol, u32)> = BTreeSet::new();
    for protocol in [Protocol::TCP, Protocol::UDP] {
        cuts.extend([(protocol, 0), (protocol, 65536)]);
    }
    for protocol in [Protocol::ICMP, Protocol::ICMP6, Protocol::OTHER] {
        cuts.extend([(protocol, 0), (protocol, 65536)]);
    }
    for t in traffic {
        if let Some(protocol) = t.protocol {
            let (first, last) = if protocol.has_ports() {
                (u32::from(t.first), u32::from(t.last))
            } else {
                (0, 65535)
            };
            cuts.extend([(protocol, 0), (protocol, first), (protocol, last + 1)]);
            cuts.insert((protocol, 65536));
        }
    }
    let cuts: Vec<(Protocol, u32)> = cuts.into_iter().collect();
    let port = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
    cuts.windows(2)
        .filter(|w| w[0].0 == w[1].0)
        .map(|w| Traffic::new(w[0].0, port(w[0].1), port(w[1].1 - 1)))
        .collect()
}

/// Neighbouring ranges with the same answer as one; all of them as all protocols.
pub(super) fn merged<K: PartialEq>(found: Vec<(Traffic, K)>, whole: bool) -> Vec<(Traffic, K)> {
    let mut joined: Vec<(Traffic, K)> = Vec::new();
    for (traffic, key) in found {
        match joined.last_mut() {
            Some((before, same))
                if before.protocol == traffic.protocol
                    && u32::from(before.last) + 1 == u32::from(traffic.first)
                    && *same == key =>
            {
                before.last = traffic.last;
            }
            _ => joined.push((traffic, key)),
        }
    }
    let full = |t: &Traffic| t.first == 0 && t.last == u16::MAX;
    let same = joined.windows(2).all(|w| w[0].1 == w[1].1);
    let other = joined
        .iter()
        .any(|(t, _)| t.protocol == Some(Protocol::OTHER));
    if whole && same && other && joined.iter().all(|(t, _)| full(t)) {
        joined.truncate(1);
        joined.iter_mut().for_each(|(t, _)| *t = Traffic::ALL);
    }
    joined
}

impl Group<'_> {
    /// What the group itself lets in, or out, by address; closed ports are left out.
    pub fn opens(&self, direction: Direction) -> Vec<Open> {
        let own = self.rules.iter().filter(|r| r.direction == direction);
        let pieces = pieces(own.map(|r| &r.traffic));
        let count = pieces.len();
        let open: Vec<(Traffic, Bounds)> = pieces
            .into_iter()
            .filter_map(|t| {
                let from = self.lets(direction, t.protocol.unwrap_or(Protocol::OTHER), t.first);
                (!from.high.is_empty()).then_some((t, from))
            })
            .collect();
        let whole = open.len() == count;
        merged(open, whole)
            .into_iter()
            .map(|(traffic, from)| Open { traffic, from })
            .collect()
    }
}
