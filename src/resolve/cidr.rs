//! `Fn::Cidr`.
//!
//! Source: CloudFormation user guide, "Fn::Cidr": `[ipBlock, count, cidrBits]`, where `cidrBits` is the number of
//! host bits of each block (8 makes a /24 of an IPv4 block), default 64 for IPv6; count is 1 to 256.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first `count` blocks of `2^bits` addresses inside `block`.
///
/// # Errors
/// What is wrong, in one phrase.
pub(super) fn blocks(block: &str, count: u32, bits: Option<u32>) -> Result<Vec<String>, String> {
    let wrong = || format!("'{block}' is no CIDR block; write for example 10.0.0.0/16");
    let (address, prefix) = block.split_once('/').ok_or_else(wrong)?;
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let prefix: u32 = prefix.parse().map_err(|_| wrong())?;
    if !(1..=256).contains(&count) {
        return Err(format!("{count} blocks asked for; Fn::Cidr gives 1 to 256"));
    }
    let width: u32 = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) => bits,
        None if address.is_ipv6() => 64,
        None => return Err("the host bits are required for an IPv4 block".to_owned()),
    };
    if prefix > width || bits == 0 || bits > width - prefix {
        return Err(format!("{bits} host bits do not fit into {block}"));
    }
    let available = 1u128
        .checked_shl(width - prefix - bits)
        .unwrap_or(u128::MAX);
    if u128::from(count) > available {
        return Err(format!(
            "{block} has room for {available} blocks of {bits} host bits, not for {count}"
        ));
    }
    let base = match address {
        IpAddr::V4(a) => u128::from(u32::from(a)),
        IpAddr::V6(a) => u128::from(a),
    };
    let mask = if prefix == 0 {
        0
    } else {
        u128::MAX << (width - prefix)
    };
    let first = base & mask & (u128::MAX >> (128 - width));
    let text = |i: u32| {
        let at = first + (u128::from(i) << bits);
        let address = match address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(u32::try_from(at).unwrap_or(u32::MAX))),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(at)),
        };
        format!("{address}/{}", width - bits)
    };
    Ok((0..count).map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn divides_as_the_user_guide_shows() {
        // "Fn::Cidr": 6 CIDRs with a subnet mask /27 inside a /24.
        let got = blocks("192.168.0.0/24", 6, Some(5)).expect("fits");
        assert_eq!(got[0], "192.168.0.0/27");
        assert_eq!(got[5], "192.168.0.160/27");
        assert_eq!(
            blocks("2001:db8:1234:1a00::/56", 2, None).expect("fits")[1],
            "2001:db8:1234:1a01::/64"
        );
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert!(blocks("10.0.0.0/24", 3, Some(7)).is_err());
        assert!(blocks("10.0.0.0/24", 0, Some(7)).is_err());
        assert!(blocks("10.0.0.0", 1, Some(7)).is_err());
        assert!(blocks("0.0.0.0/0", 256, Some(8)).is_ok());
        assert!(blocks("::/0", 2, Some(128)).is_err());
    }
}
