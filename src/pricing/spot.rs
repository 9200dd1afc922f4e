//! The one price that nobody publishes: Fargate Spot on ARM in London.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::Row;

/// Spot to on-demand for x86 in London on 2026-09-29: 0.01468459 / 0.04656. In eu-west-1 and us-east-1 the ratios of
/// ARM and x86 agree to six digits, so London's is taken for ARM too.
const RATIO: &str = "0.315391";
/// Where the ratio is expected to stay: 50 % to 70 % off.
const RATIO_RANGE: (&str, &str) = ("0.30", "0.50");

/// The source of a derived row, in words.
pub fn derived_spot_source() -> String {
    format!(
        "London's ARM Spot rate is published nowhere. Its on-demand rate times {RATIO}, the x86 ratio in London on 2026-09-29 \
         (0.01468459 / 0.04656); in eu-west-1 and us-east-1 the ratios of ARM and x86 agree to six digits. Range: ratio {} to {}.",
        RATIO_RANGE.0, RATIO_RANGE.1
    )
}

/// Puts London's derived ARM Spot rates among its rows, made from the on-demand rates that stand there. What was
/// derived before goes. Without an on-demand and an x86 Spot rate to derive from nothing is derived.
pub fn derive_london_arm_spot(rows: &mut Vec<Row>) {
    rows.retain(|row| row.confidence != "derived");
    let number = |text| Decimal::from_str(text).expect("internal: a decimal constant");
    let (ratio, low, high) = (number(RATIO), number(RATIO_RANGE.0), number(RATIO_RANGE.1));
    for part in ["vCPU-Hours:perCPU", "GB-Hours"] {
        let find = |usage_type: String| {
            rows.iter()
                .find(|row| row.service == "AmazonECS" && row.usage_type == usage_type)
                .cloned()
        };
        let (Some(list), Some(spot)) = (
            find(format!("EUW2-Fargate-ARM-{part}")),
            find(format!("EUW2-SpotUsage-Fargate-{part}")),
        ) else {
            continue;
        };
        rows.push(Row {
            usage_type: format!("EUW2-SpotUsage-Fargate-ARM-{part}"),
            price: (list.price * ratio).normalize(),
            range: Some((
                (list.price * low).normalize(),
                (list.price * high).normalize(),
            )),
            sku: String::new(),
            date: spot.date,
            date_kind: spot.date_kind,
            confidence: "derived".to_owned(),
            usage_type_evidence: "inferred".to_owned(),
            source: "derived".to_owned(),
            description: format!(
                "Fargate Spot Linux/ARM, derived: on-demand {} x {ratio}",
                list.price
            ),
            ..list
        });
    }
    rows.sort_by_key(Row::order);
}
