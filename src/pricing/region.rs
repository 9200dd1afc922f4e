//! Usage types carry a prefix for their region.

/// The usage type of a region: `EUW2-` and the rest for London, and so on.
///
/// Source: usage types of the price list's own rows; N. Virginia's have no prefix save for Fargate, VPC endpoints,
/// public IPv4 addresses, logs, secrets and WAF. KMS writes the region's name instead.
pub fn usage_type(region: &str, service: &str, rest: &str) -> String {
    if service == "awskms" {
        return format!("{region}-{rest}");
    }
    let prefix = match region {
        "eu-west-2" => "EUW2-",
        "eu-west-1" => "EU-",
        "us-east-1" => {
            let prefixed = rest.starts_with("Fargate")
                || rest.starts_with("SpotUsage-Fargate")
                || matches!(service, "AmazonVPC" | "awswaf" | "AWSSecretsManager")
                // CloudWatch's logs have it, its metrics and alarms do not.
                || (service == "AmazonCloudWatch" && !rest.starts_with("CW:"));
            if prefixed { "USE1-" } else { "" }
        }
        // A region without a book: the row is not found, and the answer says so.
        other => return format!("{other}:{rest}"),
    };
    format!("{prefix}{rest}")
}
