//! Reachability against a model that walks single packets, and its laws.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use isms_cost::model::Address;
use isms_cost::reach::{AddressSet, Endpoint, Graph, Inside, Protocol};
use proptest::prelude::*;

use crate::support::{Evaluated, evaluate};

/// A block by its first address and length.
type Block = (u32, u8);

/// A small network: one VPC 10.0.0.0/16, two subnets, two instances. What decides is written out once here and once,
/// as a template, for the program.
#[derive(Clone, Debug)]
struct Small {
    attached: bool,
    /// Route tables: destination and whether it leads to the internet gateway (else to NAT).
    tables: [Vec<(Block, bool)>; 2],
    /// Each subnet's table; `None` for the main one.
    tables_of: [Option<usize>; 2],
    /// A network ACL for each subnet; `None` for the default. Entries: egress, allow, block, ports.
    acls: [Acl; 2],
    /// Rules of two security groups: ingress or egress, ports (`None` for all protocols), the other end.
    groups: [Vec<Rule>; 2],
    /// Each instance: subnet, its groups, public address.
    instances: [(usize, Vec<usize>, bool); 2],
}

#[derive(Clone, Debug)]
enum Peer {
    Block(Block),
    Group(usize),
}

const BLOCKS: [(&str, Block); 7] = [
    ("0.0.0.0/0", (0, 0)),
    ("0.0.0.0/1", (0, 1)),
    ("128.0.0.0/1", (1 << 31, 1)),
    ("8.0.0.0/8", (8 << 24, 8)),
    ("10.0.0.0/24", (10 << 24, 24)),
    ("10.0.0.0/16", (10 << 24, 16)),
    ("203.0.113.7/32", (0xcb00_7107, 32)),
];
const PORTS: [u16; 6] = [22, 80, 443, 1024, 5432, 40000];
const RANGES: [(u16, u16); 6] = [
    (22, 22),
    (80, 443),
    (0, 65535),
    (1024, 65535),
    (5432, 5432),
    (0, 1023),
];

fn holds((first, length): Block, address: u32) -> bool {
    length == 0 || (first ^ address) >> (32 - u32::from(length)) == 0
}

fn written(block: Block) -> String {
    format!("{}/{}", Ipv4Addr::from(block.0), block.1)
}

/// The subnets' blocks: 10.0.0.0/24 and 10.0.1.0/24.
fn subnet_block(subnet: usize) -> Block {
    (
        (10 << 24) | (u32::try_from(subnet).expect("small") << 8),
        24,
    )
}

impl Small {
    fn template(&self) -> String {
        let mut t = String::from(
            "Resources:\n  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n  Igw: {Type: AWS::EC2::InternetGateway}\n",
        );
        let mut add = |name: String, kind: &str, properties: String| {
            let _ = writeln!(
                t,
                "  {name}: {{Type: AWS::EC2::{kind}, Properties: {{{properties}}}}}"
            );
        };
        let other = if self.attached { "Vpc" } else { "Else" };
        add("Else".into(), "VPC", "CidrBlock: 10.9.0.0/16".into());
        if self.attached {
            add(
                "Attached".into(),
                "VPCGatewayAttachment",
                format!("VpcId: !Ref {other}, InternetGatewayId: !Ref Igw"),
            );
        }
        for (i, routes) in self.tables.iter().enumerate() {
            add(format!("Table{i}"), "RouteTable", "VpcId: !Ref Vpc".into());
            for (k, (block, igw)) in routes.iter().enumerate() {
                let target = if *igw {
                    "GatewayId: !Ref Igw"
                } else {
                    "NatGatewayId: nat-1"
                };
                add(
                    format!("Route{i}x{k}"),
                    "Route",
                    format!(
                        "RouteTableId: !Ref Table{i}, DestinationCidrBlock: {}, {target}",
                        written(*block)
                    ),
                );
            }
        }
        for i in 0..2 {
            add(
                format!("Subnet{i}"),
                "Subnet",
                format!("VpcId: !Ref Vpc, CidrBlock: {}", written(subnet_block(i))),
            );
            if let Some(table) = self.tables_of[i] {
                add(
                    format!("Routes{i}"),
                    "SubnetRouteTableAssociation",
                    format!("SubnetId: !Ref Subnet{i}, RouteTableId: !Ref Table{table}"),
                );
            }
            if let Some(entries) = &self.acls[i] {
                add(format!("Acl{i}"), "NetworkAcl", "VpcId: !Ref Vpc".into());
                add(
                    format!("AclOf{i}"),
                    "SubnetNetworkAclAssociation",
                    format!("SubnetId: !Ref Subnet{i}, NetworkAclId: !Ref Acl{i}"),
                );
                for (k, (egress, allow, block, ports)) in entries.iter().enumerate() {
                    let action = if *allow { "allow" } else { "deny" };
                    add(
                        format!("Entry{i}x{k}"),
                        "NetworkAclEntry",
                        format!(
                            "NetworkAclId: !Ref Acl{i}, RuleNumber: {}, Protocol: 6, PortRange: {{From: {}, To: {}}}, Egress: {egress}, RuleAction: {action}, CidrBlock: {}",
                            10 + k,
                            ports.0,
                            ports.1,
                            written(*block)
                        ),
                    );
                }
            }
        }
        for (i, rules) in self.groups.iter().enumerate() {
            let (mut list, mut alone) = ([Vec::new(), Vec::new()], Vec::new());
            for (ingress, ports, peer) in rules {
                let ports = ports.map_or_else(
                    || "IpProtocol: \"-1\"".to_owned(),
                    |(a, b)| format!("IpProtocol: tcp, FromPort: {a}, ToPort: {b}"),
                );
                match peer {
                    Peer::Block(block) => list[usize::from(*ingress)]
                        .push(format!("{{{ports}, CidrIp: {}}}", written(*block))),
                    // Groups that name each other cannot do so inline.
                    Peer::Group(other) => alone.push((*ingress, ports, *other)),
                }
            }
            let egress = if list[0].is_empty() {
                "{IpProtocol: tcp, FromPort: 9, ToPort: 9, CidrIp: 127.0.0.1/32}".to_owned()
            } else {
                list[0].join(", ")
            };
            add(
                format!("Group{i}"),
                "SecurityGroup",
                format!(
                    "GroupDescription: x, VpcId: !Ref Vpc, SecurityGroupIngress: [{}], SecurityGroupEgress: [{egress}]",
                    list[1].join(", "),
                ),
            );
            for (k, (ingress, ports, other)) in alone.into_iter().enumerate() {
                let (kind, end) = if ingress {
                    ("SecurityGroupIngress", "Source")
                } else {
                    ("SecurityGroupEgress", "Destination")
                };
                add(
                    format!("Alone{i}x{k}"),
                    kind,
                    format!(
                        "GroupId: !Ref Group{i}, {ports}, {end}SecurityGroupId: !Ref Group{other}"
                    ),
                );
            }
        }
        for (i, (subnet, groups, public)) in self.instances.iter().enumerate() {
            let groups: Vec<String> = groups.iter().map(|g| format!("!Ref Group{g}")).collect();
            add(
                format!("Host{i}"),
                "Instance",
                format!(
                    "ImageId: ami-1, NetworkInterfaces: [{{DeviceIndex: \"0\", SubnetId: !Ref Subnet{subnet}, AssociatePublicIpAddress: {public}, GroupSet: [{}]}}]",
                    groups.join(", ")
                ),
            );
        }
        t
    }

    fn acl_lets(&self, subnet: usize, egress: bool, address: u32, port: u16) -> bool {
        let Some(entries) = &self.acls[subnet] else {
            return true;
        };
        let first = entries.iter().find(|(e, _, b, (a, z))| {
            *e == egress && holds(*b, address) && *a <= port && port <= *z
        });
        first.is_some_and(|(_, allow, ..)| *allow)
    }

    fn group_lets(
        &self,
        host: usize,
        ingress: bool,
        port: u16,
        address: u32,
        peers: &[usize],
    ) -> bool {
        self.instances[host]
            .1
            .iter()
            .flat_map(|g| &self.groups[*g])
            .any(|(way, ports, peer)| {
                *way == ingress
                    && ports.is_none_or(|(a, z)| a <= port && port <= z)
                    && match peer {
                        Peer::Block(block) => holds(*block, address),
                        Peer::Group(group) => peers.contains(group),
                    }
            })
    }

    /// Whether a packet from a public address gets to a port of an instance, and its answer back.
    fn internet_reaches(&self, host: usize, address: u32, port: u16) -> bool {
        let (subnet, _, public) = &self.instances[host];
        let route = self.tables_of[*subnet].and_then(|t| {
            let fitting = self.tables[t].iter().filter(|(b, _)| holds(*b, address));
            fitting.max_by_key(|((_, length), _)| *length)
        });
        *public
            && self.attached
            && route.is_some_and(|(_, igw)| *igw)
            && self.acl_lets(*subnet, false, address, port)
            && self.group_lets(host, true, port, address, &[])
            && (1024..=u16::MAX).any(|p| self.acl_lets(*subnet, true, address, p))
    }

    /// Whether some pair of addresses of the hosts' subnets lets a connection from one to the other.
    fn inside(&self, from: usize, to: usize, port: u16) -> bool {
        let (a, b) = (&self.instances[from], &self.instances[to]);
        let (at_a, at_b) = (subnet_block(a.0).0 + 5, subnet_block(b.0).0 + 5);
        self.group_lets(from, false, port, at_b, &b.1)
            && self.group_lets(to, true, port, at_a, &a.1)
            && (a.0 == b.0
                || (self.acl_lets(a.0, true, at_b, port) && self.acl_lets(b.0, false, at_a, port)))
    }
}

fn block() -> impl Strategy<Value = Block> {
    prop::sample::select(BLOCKS.map(|(_, b)| b).to_vec())
}

fn range() -> impl Strategy<Value = (u16, u16)> {
    prop::sample::select(RANGES.to_vec())
}

/// One route for each destination, as AWS wants it; more internet gateways than NAT, so that much is reached.
fn table() -> impl Strategy<Value = Vec<(Block, bool)>> {
    prop::collection::vec((block(), prop::bool::weighted(0.7)), 0..4).prop_map(|mut routes| {
        routes.sort_unstable();
        routes.dedup_by_key(|(block, _)| *block);
        routes
    })
}

type Acl = Option<Vec<(bool, bool, Block, (u16, u16))>>;

fn acl() -> impl Strategy<Value = Acl> {
    let entry = (any::<bool>(), prop::bool::weighted(0.7), block(), range());
    prop::option::weighted(0.5, prop::collection::vec(entry, 0..8))
}

type Rule = (bool, Option<(u16, u16)>, Peer);

fn group() -> impl Strategy<Value = Vec<Rule>> {
    let peer = prop_oneof![
        3 => block().prop_map(Peer::Block),
        1 => (0usize..2).prop_map(Peer::Group),
    ];
    let rule = (any::<bool>(), prop::option::weighted(0.8, range()), peer);
    prop::collection::vec(rule, 0..5)
}

fn instance() -> impl Strategy<Value = (usize, Vec<usize>, bool)> {
    (
        0usize..2,
        prop::sample::subsequence(vec![0usize, 1], 1..=2),
        prop::bool::weighted(0.8),
    )
}

fn small() -> impl Strategy<Value = Small> {
    let table_of = || prop::option::weighted(0.9, 0usize..2);
    (
        prop::bool::weighted(0.9),
        [table(), table()],
        [table_of(), table_of()],
        [acl(), acl()],
        [group(), group()],
        [instance(), instance()],
    )
        .prop_map(
            |(attached, tables, tables_of, acls, groups, instances)| Small {
                attached,
                tables,
                tables_of,
                acls,
                groups,
                instances,
            },
        )
}

fn evaluated(network: &Small) -> Evaluated {
    let evaluated = evaluate(&[("main.yaml", &network.template())], &[]);
    assert!(evaluated.said().is_empty(), "{:?}", evaluated.said());
    evaluated
}

fn host<'g, 'a>(graph: &'g Graph<'a>, host: usize) -> &'g Endpoint<'a> {
    let address = Address::from(format!("Host{host}").as_str());
    graph.endpoint(&address).expect("an instance")
}

/// Whether the graph says that an address reaches a port.
fn says(graph: &Graph<'_>, number: usize, address: u32, port: u16) -> bool {
    let reach = graph.from_internet(host(graph, number));
    let one = AddressSet::parse(&Ipv4Addr::from(address).to_string()).expect("an address");
    reach
        .paths
        .iter()
        .any(|p| p.traffic.holds(Protocol::TCP, port) && !p.from.intersect(&one).is_empty())
}

/// Public addresses on both sides of every border of [`BLOCKS`].
const CLIENTS: [u32; 5] = [
    0x0101_0101,
    0x0808_0808,
    0xcb00_7107,
    0xcb00_7108,
    0x8000_0001,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn agrees_with_walking_each_packet(network in small()) {
        let evaluated = evaluated(&network);
        let graph = Graph::new(evaluated.deployment());
        for number in 0..2 {
            let gaps = graph.from_internet(host(&graph, number)).gaps;
            // A gateway that is attached nowhere is the one thing that is not known here.
            prop_assert!(gaps.is_empty() || !network.attached, "{:?}", gaps);
            for address in CLIENTS {
                for port in PORTS {
                    prop_assert_eq!(
                        says(&graph, number, address, port),
                        network.internet_reaches(number, address, port),
                        "host {} port {} from {}", number, port, Ipv4Addr::from(address)
                    );
                }
            }
        }
        for (from, to) in [(0, 1), (1, 0)] {
            for port in PORTS {
                let answer = graph.inside(host(&graph, from), host(&graph, to), Protocol::TCP, port);
                let expected = network.inside(from, to, port);
                prop_assert_eq!(matches!(answer, Inside::Yes(_)), expected, "{:?} {} to {} port {}", answer, from, to, port);
                prop_assert!(!matches!(answer, Inside::Unknown(_)), "{:?}", answer);
            }
        }
    }

    #[test]
    fn more_rules_open_more_and_fewer_gateways_close_more(
        network in small(),
        ports in range(),
        from in block(),
        group in 0usize..2,
    ) {
        let mut wider = network.clone();
        wider.groups[group].push((true, Some(ports), Peer::Block(from)));
        let mut narrower = network.clone();
        for table in &mut narrower.tables {
            table.retain(|(_, igw)| !igw);
        }
        let (a, b, c) = (evaluated(&network), evaluated(&wider), evaluated(&narrower));
        let (now, more, less) = (Graph::new(a.deployment()), Graph::new(b.deployment()), Graph::new(c.deployment()));
        for number in 0..2 {
            prop_assert!(less.from_internet(host(&less, number)).paths.is_empty());
            for address in CLIENTS {
                for port in PORTS {
                    prop_assert!(!says(&now, number, address, port) || says(&more, number, address, port));
                }
            }
        }
    }

    /// What is decided by a value that nobody knows is never sure: whatever the value turns out to be, what was said to
    /// be open is open, and what was said to be closed is closed.
    #[test]
    fn unknown_addresses_leave_sure_answers_alone(network in small(), rule in 0usize..5, turns_out in block()) {
        let ingress: Vec<(usize, usize)> = network.groups.iter().enumerate().flat_map(|(g, rules)| {
            rules.iter().enumerate().filter(|(_, r)| r.0 && matches!(r.2, Peer::Block(_))).map(move |(k, _)| (g, k))
        }).collect();
        prop_assume!(!ingress.is_empty());
        let (g, k) = ingress[rule % ingress.len()];
        let mut network = network;
        network.groups[g][k].2 = Peer::Block((0xc633_6401, 32));
        let template = network.template().replacen("198.51.100.1/32", "!ImportValue somewhere", 1);
        let hidden = evaluate(&[("main.yaml", &template)], &[]);
        prop_assert!(!hidden.diagnostics.has_errors(), "{:?}", hidden.said());
        let graph = Graph::new(hidden.deployment());
        network.groups[g][k].2 = Peer::Block(turns_out);
        for number in 0..2 {
            let known = graph.from_internet(host(&graph, number)).gaps.is_empty();
            for address in CLIENTS {
                for port in PORTS {
                    let (said, is) = (says(&graph, number, address, port), network.internet_reaches(number, address, port));
                    prop_assert!(!said || is, "said open: {} {}", Ipv4Addr::from(address), port);
                    prop_assert!(!known || said == is, "said closed: {} {}", Ipv4Addr::from(address), port);
                }
            }
        }
    }
}
