//! Protocols and ports.

use std::fmt;

use crate::model::{Read, Value};

/// An IP protocol by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(pub u8);

impl Protocol {
    /// ICMP.
    pub const ICMP: Protocol = Protocol(1);
    /// TCP.
    pub const TCP: Protocol = Protocol(6);
    /// UDP.
    pub const UDP: Protocol = Protocol(17);
    /// ICMP for IPv6.
    pub const ICMP6: Protocol = Protocol(58);
    /// Stands for any protocol that no rule names (reserved by IANA, so no rule does).
    pub const OTHER: Protocol = Protocol(255);

    /// Whether it has ports.
    pub fn has_ports(self) -> bool {
        self == Protocol::TCP || self == Protocol::UDP
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Protocol::ICMP => f.write_str("icmp"),
            Protocol::TCP => f.write_str("tcp"),
            Protocol::UDP => f.write_str("udp"),
            Protocol::ICMP6 => f.write_str("icmpv6"),
            Protocol::OTHER => f.write_str("any other protocol"),
            Protocol(number) => write!(f, "protocol {number}"),
        }
    }
}

/// What a rule is about: one protocol or all, and a range of ports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Traffic {
    /// The protocol; `None` for all.
    pub protocol: Option<Protocol>,
    /// First port.
    pub first: u16,
    /// Last port.
    pub last: u16,
}

impl Traffic {
    /// Everything.
    pub const ALL: Traffic = Traffic {
        protocol: None,
        first: 0,
        last: u16::MAX,
    };

    /// A range of ports of a protocol.
    pub fn new(protocol: Protocol, first: u16, last: u16) -> Self {
        Traffic {
            protocol: Some(protocol),
            first,
            last,
        }
    }

    /// Whether it takes part for a protocol and port.
    pub fn holds(&self, protocol: Protocol, port: u16) -> bool {
        match self.protocol {
            None => true,
            Some(own) => {
                own == protocol
                    && (!protocol.has_ports() || (self.first..=self.last).contains(&port))
            }
        }
    }

    /// Whether it is every protocol, or every port that programs choose freely: 1024 to 65535.
    pub fn is_everything(&self) -> bool {
        self.protocol.is_none_or(|protocol| {
            protocol.has_ports() && self.first <= 1024 && self.last == u16::MAX
        })
    }

    /// The protocol, `FromPort` and `ToPort` of a security group's rule; where the protocol has no ports, all.
    ///
    /// # Errors
    /// The missing input.
    pub fn of_rule(rule: &Value) -> Result<Self, std::sync::Arc<str>> {
        let name = match rule.read_text("IpProtocol") {
            Read::Known(name) => name,
            Read::Absent => "-1".into(),
            Read::Unknown(reason) => return Err(reason),
        };
        let Some(protocol) = protocol(&name)? else {
            return Ok(Traffic::ALL);
        };
        Traffic::of_ports(rule, protocol, "FromPort", "ToPort")
    }

    /// A range of ports at two properties; not set, or -1, means all.
    ///
    /// # Errors
    /// The missing input.
    pub fn of_ports(
        rule: &Value,
        protocol: Protocol,
        from: &str,
        to: &str,
    ) -> Result<Self, std::sync::Arc<str>> {
        if !protocol.has_ports() {
            return Ok(Traffic::new(protocol, 0, u16::MAX));
        }
        let port = |path: &str, all: u16| match rule.read_number(path) {
            Read::Known(number) if number.is_sign_negative() => Ok(all),
            Read::Known(number) => u16::try_from(number)
                .map_err(|_| std::sync::Arc::from(format!("{path} {number} is no port"))),
            Read::Absent => Ok(all),
            Read::Unknown(reason) => Err(reason),
        };
        Ok(Traffic::new(protocol, port(from, 0)?, port(to, u16::MAX)?))
    }
}

/// A protocol by name or number; `None` for all.
///
/// # Errors
/// That there is no such protocol.
pub(super) fn protocol(name: &str) -> Result<Option<Protocol>, std::sync::Arc<str>> {
    Ok(Some(match name.to_ascii_lowercase().as_str() {
        "-1" | "all" => return Ok(None),
        "tcp" => Protocol::TCP,
        "udp" => Protocol::UDP,
        "icmp" => Protocol::ICMP,
        "icmpv6" => Protocol::ICMP6,
        number => Protocol(
            number
                .parse()
                .map_err(|_| std::sync::Arc::from(format!("'{name}' is no protocol")))?,
        ),
    }))
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            None => f.write_str("all protocols"),
            Some(protocol) if !protocol.has_ports() => write!(f, "{protocol}"),
            Some(protocol) if self.first == 0 && self.last == u16::MAX => {
                write!(f, "{protocol} all ports")
            }
            Some(protocol) if self.first == self.last => write!(f, "{protocol} {}", self.first),
            Some(protocol) => write!(f, "{protocol} {}-{}", self.first, self.last),
        }
    }
}
