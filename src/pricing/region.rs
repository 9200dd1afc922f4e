//! Usage types carry a prefix for their region.

/// The usage type of a region: `EUW2-` and the rest for London, and so on.
///
/// Source of the exceptions: usage types of the price list's own rows. N. Virginia's have no prefix save for Fargate,
/// VPC endpoints, public IPv4 addresses, logs, secrets and WAF. KMS writes the region's name instead.
pub fn usage_type(region: &str, service: &str, rest: &str) -> String {
    if service == "awskms" {
        return format!("{region}-{rest}");
    }
    if region == "us-east-1" {
        let prefixed = rest.starts_with("Fargate")
            || rest.starts_with("SpotUsage-Fargate")
            || matches!(service, "AmazonVPC" | "awswaf" | "AWSSecretsManager")
            // CloudWatch's logs have it, its metrics and alarms do not.
            || (service == "AmazonCloudWatch" && !rest.starts_with("CW:"));
        return format!("{}{rest}", if prefixed { "USE1-" } else { "" });
    }
    match billing_code(region) {
        Some(code) => format!("{code}-{rest}"),
        // No price list has such a usage type: the row is not found, and the answer says so.
        None => format!("{region}:{rest}"),
    }
}

/// The region's code in bills and price lists.
///
/// Source: <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-region-billing-codes.html>. Not to be
/// guessed from the name: Ireland's is `EU`, and the `APS` numbers follow no order.
fn billing_code(region: &str) -> Option<&'static str> {
    Some(match region {
        "af-south-1" => "AFS1",
        "ap-east-1" => "APE1",
        "ap-northeast-1" => "APN1",
        "ap-northeast-2" => "APN2",
        "ap-northeast-3" => "APN3",
        "ap-south-1" => "APS3",
        "ap-south-2" => "APS5",
        "ap-southeast-1" => "APS1",
        "ap-southeast-2" => "APS2",
        "ap-southeast-3" => "APS4",
        "ap-southeast-4" => "APS6",
        "ca-central-1" => "CAN1",
        "ca-west-1" => "CAN2",
        "eu-central-1" => "EUC1",
        "eu-central-2" => "EUC2",
        "eu-north-1" => "EUN1",
        "eu-south-1" => "EUS1",
        "eu-south-2" => "EUS2",
        "eu-west-1" => "EU",
        "eu-west-2" => "EUW2",
        "eu-west-3" => "EUW3",
        "il-central-1" => "ILC1",
        "me-central-1" => "MEC1",
        "me-south-1" => "MES1",
        "mx-central-1" => "MXC1",
        "sa-east-1" => "SAE1",
        "us-east-2" => "USE2",
        "us-west-1" => "USW1",
        "us-west-2" => "USW2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::PriceBook;

    /// Every row of the three regions has the prefix that this file would give it. Transfer between regions is named
    /// after both ends, with `USE1` in front for N. Virginia too.
    #[test]
    fn every_row_has_its_regions_prefix() {
        let book = PriceBook::embedded();
        for (region, code) in [
            ("eu-west-1", "EU-"),
            ("eu-west-2", "EUW2-"),
            ("us-east-1", "USE1-"),
        ] {
            for row in book.rows(region) {
                let name = &row.usage_type;
                let by_name = format!("{region}-");
                let rest = name
                    .strip_prefix(code)
                    .or_else(|| name.strip_prefix(&by_name))
                    .unwrap_or(name);
                if rest.ends_with("-AWS-Out-Bytes") {
                    continue;
                }
                assert_eq!(*name, usage_type(region, &row.service, rest), "{region}");
            }
        }
    }

    #[test]
    fn a_region_without_a_code_finds_no_row() {
        assert_eq!(usage_type("eu-central-1", "AmazonECR", "X"), "EUC1-X");
        assert_eq!(usage_type("mars-1", "AmazonECR", "X"), "mars-1:X");
    }
}
