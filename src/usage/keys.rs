//! Every key a usage file may have, by resource type: one table for reading, messages and documentation.

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Resource type, or `data_transfer`.
    pub resource_type: &'static str,
    /// Name; Infracost's where it has one.
    pub name: &'static str,
    /// What it is, with its unit.
    pub meaning: &'static str,
}

const fn key(resource_type: &'static str, name: &'static str, meaning: &'static str) -> Key {
    Key {
        resource_type,
        name,
        meaning,
    }
}

/// All keys, by type.
pub const KEYS: &[Key] = &[
    key(
        "AWS::CloudFront::Distribution",
        "monthly_data_transfer_to_internet_gb",
        "GB out to viewers a month",
    ),
    key(
        "AWS::CloudFront::Distribution",
        "monthly_https_requests",
        "HTTPS requests a month",
    ),
    key("AWS::DynamoDB::Table", "storage_gb", "GB stored"),
    key(
        "AWS::DynamoDB::Table",
        "monthly_read_request_units",
        "read request units a month",
    ),
    key(
        "AWS::DynamoDB::Table",
        "monthly_write_request_units",
        "write request units a month",
    ),
    key(
        "AWS::EC2::NatGateway",
        "monthly_data_processed_gb",
        "GB through the gateway a month, both directions",
    ),
    key(
        "AWS::EC2::VPCEndpoint",
        "monthly_data_processed_gb",
        "GB through the endpoint a month",
    ),
    key(
        "AWS::ECR::Repository",
        "storage_gb",
        "GB stored; in place of the lifecycle model",
    ),
    key(
        "AWS::ECR::Repository",
        "monthly_pushes",
        "images pushed a month",
    ),
    key(
        "AWS::ECR::Repository",
        "image_size_gb",
        "compressed size of one image, GB",
    ),
    key(
        "AWS::ECR::Repository",
        "unique_layer_share",
        "share of an image that no other image has, 0 to 1",
    ),
    key(
        "AWS::ECS::Cluster",
        "container_insights_metrics",
        "metrics that Container Insights keeps",
    ),
    key(
        "AWS::ECS::Service",
        "running_tasks",
        "tasks running on average; in place of the autoscaler's limits",
    ),
    key(
        "AWS::ECS::Service",
        "spot_share",
        "share of the tasks on Spot, 0 to 1; in place of the strategy's arithmetic",
    ),
    key(
        "AWS::ECS::Service",
        "spot_discount",
        "discount of Spot, 0 to 1; in place of the price book's Spot rate",
    ),
    key("AWS::ECS::Service", "deployments", "deployments a month"),
    key(
        "AWS::ECS::Service",
        "deployment_minutes",
        "minutes that blue and green run side by side in one deployment",
    ),
    key(
        "AWS::EFS::FileSystem",
        "storage_gb",
        "GB stored in the Standard class",
    ),
    key(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "new_connections",
        "new connections a second",
    ),
    key(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "active_connections",
        "active connections a minute",
    ),
    key(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "processed_bytes_gb",
        "GB processed a month",
    ),
    key(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "rule_evaluations",
        "rule evaluations a second, over the first 10 rules",
    ),
    key("AWS::KMS::Key", "monthly_requests", "requests a month"),
    key(
        "AWS::Lambda::Function",
        "monthly_requests",
        "invocations a month",
    ),
    key(
        "AWS::Lambda::Function",
        "request_duration_ms",
        "duration of one invocation, ms",
    ),
    key(
        "AWS::Logs::LogGroup",
        "monthly_data_ingested_gb",
        "GB ingested a month",
    ),
    key(
        "AWS::Logs::LogGroup",
        "storage_gb",
        "GB stored, compressed; in place of the retention model",
    ),
    key(
        "AWS::Logs::LogGroup",
        "monthly_data_scanned_gb",
        "GB scanned by Logs Insights a month",
    ),
    key("AWS::RDS::DBCluster", "storage_gb", "GB stored"),
    key(
        "AWS::RDS::DBCluster",
        "read_requests_per_sec",
        "read I/O requests a second",
    ),
    key(
        "AWS::RDS::DBCluster",
        "write_requests_per_sec",
        "write I/O requests a second",
    ),
    key(
        "AWS::RDS::DBCluster",
        "backup_snapshot_size_gb",
        "GB of backup beyond the free amount",
    ),
    key(
        "AWS::RDS::DBInstance",
        "capacity_units_per_hr",
        "average ACUs (db.serverless)",
    ),
    key(
        "AWS::RDS::DBInstance",
        "storage_gb",
        "GB stored, where the template allocates none",
    ),
    key(
        "AWS::Route53::HostedZone",
        "monthly_standard_queries",
        "DNS queries a month, alias queries excluded",
    ),
    key(
        "AWS::S3::Bucket",
        "storage_gb",
        "GB stored in the Standard class",
    ),
    key(
        "AWS::S3::Bucket",
        "monthly_tier_1_requests",
        "PUT, COPY, POST and LIST requests a month",
    ),
    key(
        "AWS::S3::Bucket",
        "monthly_tier_2_requests",
        "GET and other requests a month",
    ),
    key(
        "AWS::SNS::Topic",
        "monthly_requests",
        "publishes a month, 64 KB each",
    ),
    key(
        "AWS::SQS::Queue",
        "monthly_requests",
        "requests a month, 64 KB each",
    ),
    key(
        "AWS::SecretsManager::Secret",
        "monthly_requests",
        "API calls a month",
    ),
    key("AWS::WAFv2::WebACL", "monthly_requests", "requests a month"),
    key(
        "data_transfer",
        "monthly_outbound_internet_gb",
        "GB out to the internet a month",
    ),
    key(
        "data_transfer",
        "monthly_intra_region_gb",
        "GB between availability zones a month, each way counted once",
    ),
    key(
        "data_transfer",
        "monthly_outbound_other_regions_gb",
        "GB to other regions a month",
    ),
];

/// The keys of a type.
pub fn keys_of(resource_type: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter()
        .filter(move |k| k.resource_type == resource_type)
}
