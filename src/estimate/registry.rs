//! Which cost model prices which type.

use super::Context;
use super::lines::Lines;
use super::resources as r;
use crate::model::Resource;

/// Writes a resource's line items and gaps.
type Model = fn(&Context<'_>, &Resource, &mut Lines<'_>);

/// Type and cost model, sorted by type.
const MODELS: &[(&str, Model)] = &[
    ("AWS::CloudWatch::Alarm", r::cloudwatch::alarm),
    (
        "AWS::CloudWatch::CompositeAlarm",
        r::cloudwatch::composite_alarm,
    ),
    ("AWS::CloudWatch::Dashboard", r::cloudwatch::dashboard),
    ("AWS::DynamoDB::Table", r::dynamodb::table),
    ("AWS::EC2::EIP", r::ec2_network::address),
    ("AWS::EC2::FlowLog", r::logs::flow_log),
    ("AWS::EC2::Instance", r::ec2_instance::instance),
    ("AWS::EC2::NatGateway", r::ec2_network::nat_gateway),
    ("AWS::EC2::VPCEndpoint", r::ec2_network::endpoint),
    ("AWS::EC2::Volume", r::ec2_instance::volume),
    ("AWS::ECR::Repository", r::ecr::repository),
    ("AWS::ECS::Cluster", r::ecs_cluster::cluster),
    ("AWS::ECS::Service", r::ecs_service::service),
    ("AWS::EFS::FileSystem", r::efs::file_system),
    ("AWS::ElastiCache::CacheCluster", r::elasticache::cluster),
    (
        "AWS::ElastiCache::ReplicationGroup",
        r::elasticache::replication_group,
    ),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        r::load_balancer::load_balancer,
    ),
    ("AWS::KMS::Key", r::kms::key),
    ("AWS::Lambda::Function", r::lambda::function),
    ("AWS::Logs::LogGroup", r::logs::log_group),
    ("AWS::RDS::DBCluster", r::rds::cluster),
    ("AWS::RDS::DBInstance", r::rds::instance),
    ("AWS::Route53::HostedZone", r::route53::hosted_zone),
    ("AWS::S3::Bucket", r::s3::bucket),
    ("AWS::SNS::Topic", r::messaging::topic),
    ("AWS::SQS::Queue", r::messaging::queue),
    ("AWS::SecretsManager::Secret", r::secrets::secret),
    ("AWS::WAFv2::WebACL", r::waf::web_acl),
];

/// The priced types in order.
pub fn priced_types() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|(name, _)| *name)
}

pub(super) fn model(resource_type: &str) -> Option<Model> {
    MODELS
        .binary_search_by_key(&resource_type, |(name, _)| name)
        .ok()
        .map(|i| MODELS[i].1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorted_unique_and_not_free_as_well() {
        assert!(super::MODELS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(super::priced_types().all(|t| super::super::free::reason(t).is_none()));
    }
}
