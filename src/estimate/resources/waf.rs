//! `AWS::WAFv2::WebACL`. Source: AWS WAF pricing: the ACL, each rule in it, requests.

use rust_decimal::Decimal;

use crate::estimate::Context;
use crate::estimate::lines::{Line, Lines};
use crate::model::Resource;
use crate::pricing::Range;

pub(in crate::estimate) fn web_acl(_: &Context<'_>, acl: &Resource, lines: &mut Lines<'_>) {
    let mut add = |name: &str, usage: &str, quantity: Range<Decimal>| {
        lines.add(Line {
            name,
            service: "awswaf",
            usage,
            operation: None,
            quantity,
            assumptions: vec![],
        });
    };
    add("web ACL", "WebACLV2", Range::flat(Decimal::ONE));
    match acl.list("Rules").optional() {
        Ok(rules) => {
            let count = rules.map_or(0, <[_]>::len);
            if count > 0 {
                add("rules", "RuleV2", Range::flat(Decimal::from(count)));
            }
        }
        Err(reason) => lines.gap(reason.to_string()),
    }
    if let Some(requests) = lines.needed("monthly_requests", "web ACL requests") {
        lines.add(Line {
            name: "requests",
            service: "awswaf",
            usage: "RequestV2-Tier1",
            operation: None,
            quantity: requests,
            assumptions: vec![],
        });
    }
}
