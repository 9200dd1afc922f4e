//! The forecast as rows of AWS's Pricing Calculator in Billing and Cost Management.
//!
//! Each batch is the `usage` of one call of `BatchCreateWorkloadEstimateUsage`, whose limits it keeps: 25 rows, keys of
//! ten letters and digits, groups of thirty letters, digits and hyphens.
//! Source: <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_AWSBCMPricingCalculator_BatchCreateWorkloadEstimateUsage.html>.

use std::io::{self, Write};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::PLACES;
use crate::estimate::Estimate;
use crate::model::Deployment;

/// Rows of one call, at most.
const BATCH: usize = 25;
/// Characters of a group, at most.
const GROUP: usize = 30;

/// The expected scenario of every environment whose account is known; the others say why they have no rows.
///
/// # Errors
/// Those of the writer.
pub fn write(
    out: &mut dyn Write,
    estimates: &[Estimate],
    deployments: &[Deployment],
) -> io::Result<()> {
    let environments: Vec<Value> = estimates
        .iter()
        .map(|estimate| {
            let deployment = deployments.iter().find(|d| d.environment == estimate.environment);
            let account = deployment.and_then(|d| d.account.as_deref());
            match account {
                Some(account) => environment(estimate, account),
                None => json!({
                    "environment": estimate.environment, "batches": [],
                    "reason": "the calculator wants the account of each row; give account in isms-cost.yaml",
                }),
            }
        })
        .collect();
    let whole =
        json!({ "schema_version": "1", "scenario": "expected", "environments": environments });
    serde_json::to_writer_pretty(&mut *out, &whole).map_err(io::Error::from)?;
    writeln!(out)
}

fn environment(estimate: &Estimate, account: &str) -> Value {
    let items = estimate
        .resources
        .iter()
        .flat_map(|r| r.line_items.iter().map(move |i| (r, i)))
        .filter(|(_, item)| !item.quantity.expected.is_zero());
    let rows: Vec<Value> = items
        .enumerate()
        .map(|(n, (resource, item))| {
            json!({
                "key": (n + 1).to_string(), "serviceCode": item.service, "usageType": item.usage_type,
                "operation": item.operation, "amount": number(item.quantity.expected),
                "usageAccountId": account, "group": group(resource.address.as_str()),
            })
        })
        .collect();
    let batches: Vec<&[Value]> = rows.chunks(BATCH).collect();
    json!({
        "environment": estimate.environment,
        "workload_estimate": { "name": format!("isms-cost {}", estimate.environment), "rateType": "BEFORE_DISCOUNTS" },
        "batches": batches,
    })
}

/// The API's amounts are JSON numbers.
fn number(quantity: Decimal) -> Value {
    let text = quantity.round_dp(PLACES).normalize().to_string();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// An address in the characters of a group; the end of a long one says more than its beginning.
fn group(address: &str) -> String {
    let letters: Vec<char> = address
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    letters[letters.len().saturating_sub(GROUP)..]
        .iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_their_limits() {
        assert_eq!(group("Ecs/BackendService"), "Ecs-BackendService");
        assert_eq!(group("data_transfer"), "data-transfer");
        assert_eq!(
            group(&format!("{}/End", "x".repeat(40))),
            format!("{}-End", "x".repeat(26))
        );
    }
}
