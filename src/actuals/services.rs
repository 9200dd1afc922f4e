//! The services of a bill by the codes that the price list has for them.

use crate::report::services;

/// Names of Cost Explorer, and codes of CUR 2.0, that neither are a code of the price list nor its service's name.
///
/// No list of AWS's has all of these names; a service that is not known here is shown under its own name among what the
/// estimate does not explain, never dropped. NAT gateways stand under "EC2 - Other".
const OTHERS: &[(&str, &str)] = &[
    ("Amazon Elastic Compute Cloud - Compute", "AmazonEC2"),
    ("EC2 - Other", "AmazonEC2"),
    ("EC2-Other", "AmazonEC2"),
    ("Amazon Elastic Load Balancing", "AWSELB"),
    ("Elastic Load Balancing", "AWSELB"),
    ("Amazon Elastic Container Service", "AmazonECS"),
    ("Amazon EC2 Container Service", "AmazonECS"),
    ("Amazon EC2 Container Registry (ECR)", "AmazonECR"),
    ("Amazon Elastic Container Registry", "AmazonECR"),
    ("Amazon Relational Database Service", "AmazonRDS"),
    ("Amazon Virtual Private Cloud", "AmazonVPC"),
    ("AmazonCloudWatch", "AmazonCloudWatch"),
    ("Amazon CloudWatch", "AmazonCloudWatch"),
    ("AWS Key Management Service", "awskms"),
    ("AWS Secrets Manager", "AWSSecretsManager"),
    ("AWS WAF", "awswaf"),
    ("Amazon Simple Storage Service", "AmazonS3"),
    ("Amazon Route 53", "AmazonRoute53"),
    ("Amazon Simple Queue Service", "AWSQueueService"),
    ("Amazon Simple Notification Service", "AmazonSNS"),
    ("AWS Data Transfer", "AWSDataTransfer"),
    ("DataTransfer", "AWSDataTransfer"),
];

/// The code of the price list for a service of a bill, by the row's usage type too: transfer is billed under the
/// service that sends, and priced under one of its own. A service that is not known keeps its name.
pub(super) fn code(name: &str, usage_type: &str) -> String {
    let transfer = ["DataTransfer-", "-AWS-Out-Bytes", "-AWS-In-Bytes"];
    // CloudFront's transfer has prices of its own.
    if transfer.iter().any(|part| usage_type.contains(part)) && !name.contains("CloudFront") {
        return "AWSDataTransfer".to_owned();
    }
    if let Some((_, code)) = OTHERS.iter().find(|(other, _)| *other == name) {
        return (*code).to_owned();
    }
    services::code(name).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_become_codes() {
        for (name, usage_type, expected) in [
            ("AmazonECS", "EUW2-Fargate-GB-Hours", "AmazonECS"),
            (
                "Amazon Elastic Container Service",
                "EUW2-Fargate-GB-Hours",
                "AmazonECS",
            ),
            ("EC2 - Other", "EUW2-NatGateway-Bytes", "AmazonEC2"),
            (
                "EC2 - Other",
                "EUW2-DataTransfer-Regional-Bytes",
                "AWSDataTransfer",
            ),
            ("AWSELB", "EUW2-DataTransfer-Out-Bytes", "AWSDataTransfer"),
            ("AWS Cost Explorer", "USE1-APIRequest", "AWS Cost Explorer"),
        ] {
            assert_eq!(code(name, usage_type), expected, "{name}");
        }
    }

    /// A code of the table is one of the price book.
    #[test]
    fn every_code_is_a_service() {
        for (name, code) in OTHERS {
            assert!(services::code(code).is_some(), "{name}");
        }
    }
}
