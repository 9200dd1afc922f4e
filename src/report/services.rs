//! AWS services by their price-list code: the name for people, and FOCUS's category.
//!
//! Categories and subcategories are allowed values of FOCUS 1.2, column ServiceSubcategory.

/// One service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// Code of the price list, for example `AmazonECS`.
    pub(crate) code: &'static str,
    /// What people call it, and what else its bill holds.
    pub(crate) short: &'static str,
    /// AWS's name for it.
    pub(crate) name: &'static str,
    /// FOCUS ServiceCategory.
    pub(crate) category: &'static str,
    /// FOCUS ServiceSubcategory.
    pub(crate) subcategory: &'static str,
}

/// Code, short name, name, category, subcategory.
const SERVICES: &[[&str; 5]] = &[
    [
        "AWSAppRunner",
        "App Runner",
        "AWS App Runner",
        "Compute",
        "Containers",
    ],
    [
        "AWSCodeDeploy",
        "CodeDeploy",
        "AWS CodeDeploy",
        "Developer Tools",
        "Continuous Integration and Deployment",
    ],
    [
        "AWSDataTransfer",
        "Data Transfer",
        "AWS Data Transfer",
        "Networking",
        "Network Connectivity",
    ],
    [
        "AWSELB",
        "Load Balancing",
        "Elastic Load Balancing",
        "Networking",
        "Application Networking",
    ],
    [
        "AWSEvents",
        "EventBridge",
        "Amazon EventBridge",
        "Integration",
        "Messaging",
    ],
    [
        "AWSLambda",
        "Lambda",
        "AWS Lambda",
        "Compute",
        "Serverless Compute",
    ],
    [
        "AWSQueueService",
        "SQS",
        "Amazon Simple Queue Service",
        "Integration",
        "Messaging",
    ],
    [
        "AWSSecretsManager",
        "Secrets Manager",
        "AWS Secrets Manager",
        "Security",
        "Secret Management",
    ],
    [
        "AWSSystemsManager",
        "Systems Manager",
        "AWS Systems Manager",
        "Management and Governance",
        "Other (Management and Governance)",
    ],
    [
        "AmazonCloudFront",
        "CloudFront",
        "Amazon CloudFront",
        "Networking",
        "Content Delivery",
    ],
    [
        "AmazonCloudWatch",
        "CloudWatch",
        "Amazon CloudWatch",
        "Management and Governance",
        "Observability",
    ],
    [
        "AmazonDynamoDB",
        "DynamoDB",
        "Amazon DynamoDB",
        "Databases",
        "NoSQL Databases",
    ],
    [
        "AmazonEC2",
        "EC2 and NAT",
        "Amazon Elastic Compute Cloud",
        "Compute",
        "Virtual Machines",
    ],
    [
        "AmazonECR",
        "ECR",
        "Amazon Elastic Container Registry",
        "Compute",
        "Containers",
    ],
    [
        "AmazonECS",
        "ECS and Fargate",
        "Amazon Elastic Container Service",
        "Compute",
        "Containers",
    ],
    [
        "AmazonEFS",
        "EFS",
        "Amazon Elastic File System",
        "Storage",
        "File Storage",
    ],
    [
        "AmazonEKS",
        "EKS",
        "Amazon Elastic Kubernetes Service",
        "Compute",
        "Containers",
    ],
    [
        "AmazonElastiCache",
        "ElastiCache",
        "Amazon ElastiCache",
        "Databases",
        "Caching",
    ],
    [
        "AmazonRDS",
        "RDS and Aurora",
        "Amazon Relational Database Service",
        "Databases",
        "Relational Databases",
    ],
    [
        "AmazonRoute53",
        "Route 53",
        "Amazon Route 53",
        "Networking",
        "Network Routing",
    ],
    [
        "AmazonS3",
        "S3",
        "Amazon Simple Storage Service",
        "Storage",
        "Object Storage",
    ],
    [
        "AmazonSNS",
        "SNS",
        "Amazon Simple Notification Service",
        "Integration",
        "Messaging",
    ],
    [
        "AmazonStates",
        "Step Functions",
        "AWS Step Functions",
        "Integration",
        "Workflow Orchestration",
    ],
    [
        "AmazonVPC",
        "VPC and IPv4",
        "Amazon Virtual Private Cloud",
        "Networking",
        "Network Infrastructure",
    ],
    [
        "awskms",
        "KMS",
        "AWS Key Management Service",
        "Security",
        "Secret Management",
    ],
    ["awswaf", "WAF", "AWS WAF", "Networking", "Network Security"],
];

/// The service of a code; a code that is not known has no name of its own.
pub(crate) fn service(code: &str) -> Option<Service> {
    SERVICES
        .iter()
        .find(|s| s[0] == code)
        .map(|&[code, short, name, category, subcategory]| Service {
            code,
            short,
            name,
            category,
            subcategory,
        })
}

/// AWS's name of a service, or its code.
pub(crate) fn name(code: &str) -> &str {
    service(code).map_or(code, |s| s.name)
}

/// The code of a service by its code or AWS's name for it.
pub(crate) fn code(name: &str) -> Option<&'static str> {
    let [code, ..] = SERVICES
        .iter()
        .find(|[code, _, full, ..]| *code == name || *full == name)?;
    Some(code)
}

/// A service's short name, or its code.
pub(crate) fn short(code: &str) -> &str {
    service(code).map_or(code, |s| s.short)
}

/// Whether a service has one price for the whole world, so that its charges are of no region.
pub(crate) fn is_global(code: &str) -> bool {
    matches!(code, "AmazonRoute53" | "AmazonCloudFront")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::PriceBook;

    #[test]
    fn every_service_of_the_price_book_is_known() {
        let book = PriceBook::embedded();
        for region in book.regions() {
            for row in book.rows(region) {
                let found = service(&row.service);
                assert!(
                    found.is_some_and(|s| s.code == row.service),
                    "{}",
                    row.service
                );
            }
        }
    }
}
