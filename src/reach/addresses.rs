//! Sets of IPv4 and IPv6 addresses, and which of them are the internet.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

use super::Intervals;

/// A set of addresses of both families.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet {
    v4: Intervals,
    v6: Intervals,
}

/// IPv4 ranges that the internet does not carry: this network, private, shared, loopback, link-local, benchmarks,
/// multicast, reserved. Source: RFC 6890. The ranges for documentation count as internet, since templates use them as
/// examples of it.
const NOT_THE_INTERNET: [&str; 10] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// From this many public addresses on, a port counts as open to the world: an IPv4 /9, an IPv6 /16.
const WORLD_V4: u128 = 1 << 23;
const WORLD_V6: u128 = 1 << 112;

static INTERNET: LazyLock<AddressSet> = LazyLock::new(|| {
    let inside = NOT_THE_INTERNET
        .iter()
        .filter_map(|block| AddressSet::parse(block).ok())
        .fold(AddressSet::default(), |all, block| all.union(&block));
    // Global unicast addresses of IPv6: RFC 4291, assigned from 2000::/3.
    let v6 = AddressSet::parse("2000::/3").unwrap_or_default();
    AddressSet::all_v4().minus(&inside).union(&v6)
});

impl AddressSet {
    /// A CIDR block, or a single address.
    ///
    /// # Errors
    /// What is wrong, in one phrase.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let block = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_| format!("'{text}' is no CIDR block"))?;
        Ok(match block {
            IpNet::V4(net) => AddressSet {
                v4: Intervals::of(
                    u32::from(net.network()).into(),
                    u32::from(net.broadcast()).into(),
                ),
                v6: Intervals::default(),
            },
            IpNet::V6(net) => AddressSet {
                v4: Intervals::default(),
                v6: Intervals::of(net.network().into(), net.broadcast().into()),
            },
        })
    }

    /// Every IPv4 address.
    pub fn all_v4() -> Self {
        AddressSet {
            v4: Intervals::of(0, u32::MAX.into()),
            v6: Intervals::default(),
        }
    }

    /// Every IPv6 address.
    pub fn all_v6() -> Self {
        AddressSet {
            v4: Intervals::default(),
            v6: Intervals::of(0, u128::MAX),
        }
    }

    /// Every address.
    pub fn all() -> Self {
        AddressSet::all_v4().union(&AddressSet::all_v6())
    }

    /// The addresses of the internet.
    pub fn internet() -> &'static Self {
        &INTERNET
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether it has IPv4 addresses.
    pub fn has_v4(&self) -> bool {
        !self.v4.is_empty()
    }

    /// Whether it has IPv6 addresses.
    pub fn has_v6(&self) -> bool {
        !self.v6.is_empty()
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        AddressSet {
            v4: self.v4.union(&other.v4),
            v6: self.v6.union(&other.v6),
        }
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        AddressSet {
            v4: self.v4.intersect(&other.v4),
            v6: self.v6.intersect(&other.v6),
        }
    }

    /// What is in this one alone.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        AddressSet {
            v4: self.v4.minus(&other.v4),
            v6: self.v6.minus(&other.v6),
        }
    }

    /// Whether so much of the internet is in it that it is open to the world, in whatever pieces it is written: at
    /// least an IPv4 /9 or an IPv6 /16 of public addresses.
    pub fn is_world(&self) -> bool {
        let public = self.intersect(&INTERNET);
        public.v4.size() >= WORLD_V4 || public.v6.size() >= WORLD_V6
    }

    /// The set as people write it where only the internet counts: with the ranges that the internet does not carry, if
    /// that is shorter. `0.0.0.0/1` without 10.0.0.0/8 and the rest is `0.0.0.0/1` again.
    pub fn on_the_internet(&self) -> String {
        let outside = AddressSet::all().minus(&INTERNET);
        let filled = self
            .union(&outside)
            .blocks()
            .fold(
                AddressSet::default(),
                |kept, block| match AddressSet::parse(&block.to_string()) {
                    Ok(set) if !set.intersect(&INTERNET).is_empty() => kept.union(&set),
                    _ => kept,
                },
            );
        if filled.blocks().count() < self.blocks().count() {
            filled.to_string()
        } else {
            self.to_string()
        }
    }

    /// The fewest CIDR blocks that make it up, IPv4 first.
    pub fn blocks(&self) -> impl Iterator<Item = IpNet> + '_ {
        // An IPv4 interval holds no number beyond 32 bits.
        let v4 = |n: u128| Ipv4Addr::from(u32::try_from(n).unwrap_or(u32::MAX));
        let first = self
            .v4
            .iter()
            .flat_map(move |(a, b)| Ipv4Subnets::new(v4(a), v4(b), 0).map(IpNet::V4));
        let second = self.v6.iter().flat_map(|(a, b)| {
            Ipv6Subnets::new(Ipv6Addr::from(a), Ipv6Addr::from(b), 0).map(IpNet::V6)
        });
        first.chain(second)
    }
}

/// Up to four blocks; the whole internet of a family as people write it.
impl fmt::Display for AddressSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut rest = self.clone();
        for (family, whole) in [
            (AddressSet::all_v4(), "0.0.0.0/0"),
            (AddressSet::all_v6(), "::/0"),
        ] {
            let world = INTERNET.intersect(&family);
            if world.minus(self).is_empty() {
                parts.push(whole.to_owned());
                rest = rest.minus(&family);
            }
        }
        let mut blocks = rest.blocks();
        parts.extend(blocks.by_ref().take(4).map(|b| b.to_string()));
        let more = blocks.count();
        if more > 0 {
            parts.push(format!("{more} more"));
        }
        if parts.is_empty() {
            parts.push("no address".to_owned());
        }
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::AddressSet;
    use proptest::prelude::*;

    fn set(blocks: &[&str]) -> AddressSet {
        blocks.iter().fold(AddressSet::default(), |all, block| {
            all.union(&AddressSet::parse(block).expect("a block"))
        })
    }

    #[test]
    fn halves_are_the_world_and_private_ranges_are_not() {
        assert_eq!(set(&["0.0.0.0/1", "128.0.0.0/1"]), AddressSet::all_v4());
        for world in [
            &["0.0.0.0/0"][..],
            &["::/0"],
            &["0.0.0.0/1", "128.0.0.0/1"],
            &["64.0.0.0/2"],
            &["2000::/3"],
            &["3.0.0.0/10", "3.64.0.0/10"],
            &["172.0.0.0/8"],
        ] {
            assert!(set(world).is_world(), "{world:?}");
        }
        for narrow in [
            &["10.0.0.0/8"][..],
            &["203.0.113.0/24"],
            &["3.0.0.0/10"],
            &["fc00::/7"],
            &["2001:db8::/32"],
            &[
                "10.0.0.0/8",
                "172.16.0.0/12",
                "192.168.0.0/16",
                "8.8.8.8/32",
            ],
            &[],
        ] {
            assert!(!set(narrow).is_world(), "{narrow:?}");
        }
    }

    #[test]
    fn is_written_as_people_write_it() {
        assert_eq!(AddressSet::internet().to_string(), "0.0.0.0/0, ::/0");
        assert_eq!(
            set(&["10.0.0.0/25", "10.0.0.128/25"]).to_string(),
            "10.0.0.0/24"
        );
        assert_eq!(AddressSet::default().to_string(), "no address");
        assert_eq!(set(&["192.0.2.7"]).to_string(), "192.0.2.7/32");
        for block in [
            "0.0.0.0/1",
            "172.0.0.0/8",
            "11.0.0.0/8",
            "0.0.0.0/0",
            "2001:db8::/32",
        ] {
            let public = set(&[block]).intersect(AddressSet::internet());
            assert_eq!(public.on_the_internet(), block);
        }
        assert!(AddressSet::parse("10.0.0.0/33").is_err());
        assert!(AddressSet::parse("pl-1").is_err());
    }

    proptest! {
        /// A block is the union of its two halves, and of its blocks.
        #[test]
        fn a_block_is_its_halves(base in any::<u32>(), length in 0u8..32) {
            let net = ipnet::Ipv4Net::new(base.into(), length).expect("a prefix").trunc();
            let whole = AddressSet::parse(&net.to_string()).expect("a block");
            let halves = net.subnets(length + 1).expect("room").fold(AddressSet::default(), |all, half| {
                all.union(&AddressSet::parse(&half.to_string()).expect("a block"))
            });
            prop_assert_eq!(&halves, &whole);
            let again = whole.blocks().fold(AddressSet::default(), |all, block| {
                all.union(&AddressSet::parse(&block.to_string()).expect("a block"))
            });
            prop_assert_eq!(again, whole);
        }
    }
}
