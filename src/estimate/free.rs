//! Types that have no charge of their own: data, with the reason.

/// Type and why it costs nothing by itself, sorted by type.
pub const FREE: &[(&str, &str)] = &[
    (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "scaling itself is free; what it scales is not",
    ),
    (
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "scaling itself is free; its alarms are AWS-managed",
    ),
    (
        "AWS::AutoScaling::LaunchConfiguration",
        "a description; instances are priced where they run",
    ),
    ("AWS::AutoScaling::ScalingPolicy", "scaling itself is free"),
    (
        "AWS::Backup::BackupPlan",
        "plans are free; what they keep is not",
    ),
    (
        "AWS::Backup::BackupSelection",
        "plans are free; what they keep is not",
    ),
    (
        "AWS::CertificateManager::Certificate",
        "public certificates have no price row but a zero",
    ),
    ("AWS::CloudFormation::Stack", "what it holds is priced"),
    ("AWS::CloudFormation::WaitCondition", "no price row"),
    ("AWS::CloudFormation::WaitConditionHandle", "no price row"),
    (
        "AWS::CodeDeploy::Application",
        "deployments to ECS and Lambda have no price row",
    ),
    (
        "AWS::CodeDeploy::DeploymentConfig",
        "deployments to ECS and Lambda have no price row",
    ),
    (
        "AWS::CodeDeploy::DeploymentGroup",
        "deployments to ECS and Lambda have no price row",
    ),
    ("AWS::EC2::DHCPOptions", "no price row"),
    ("AWS::EC2::EIPAssociation", "the address is priced"),
    (
        "AWS::EC2::InternetGateway",
        "no price row; transfer is priced apart",
    ),
    (
        "AWS::EC2::LaunchTemplate",
        "a description; instances are priced where they run",
    ),
    ("AWS::EC2::NetworkAcl", "no price row"),
    ("AWS::EC2::NetworkAclEntry", "no price row"),
    (
        "AWS::EC2::NetworkInterface",
        "no price row; its public address is priced apart",
    ),
    ("AWS::EC2::Route", "no price row"),
    ("AWS::EC2::RouteTable", "no price row"),
    ("AWS::EC2::SecurityGroup", "no price row"),
    ("AWS::EC2::SecurityGroupEgress", "no price row"),
    ("AWS::EC2::SecurityGroupIngress", "no price row"),
    ("AWS::EC2::Subnet", "no price row"),
    ("AWS::EC2::SubnetNetworkAclAssociation", "no price row"),
    ("AWS::EC2::SubnetRouteTableAssociation", "no price row"),
    ("AWS::EC2::VPC", "no price row"),
    ("AWS::EC2::VPCCidrBlock", "no price row"),
    ("AWS::EC2::VPCGatewayAttachment", "no price row"),
    ("AWS::ECS::CapacityProvider", "the instances are priced"),
    (
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "a setting of the cluster",
    ),
    (
        "AWS::ECS::TaskDefinition",
        "a description; tasks are priced where they run",
    ),
    ("AWS::EFS::MountTarget", "no price row"),
    ("AWS::ElastiCache::ParameterGroup", "a setting"),
    ("AWS::ElastiCache::SubnetGroup", "a setting"),
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        "the load balancer is priced",
    ),
    (
        "AWS::ElasticLoadBalancingV2::ListenerCertificate",
        "the load balancer is priced",
    ),
    (
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "rules count in the load balancer's capacity units",
    ),
    (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "the load balancer is priced",
    ),
    (
        "AWS::Events::Rule",
        "AWS events are free; custom events are priced by their publisher",
    ),
    ("AWS::IAM::Group", "IAM has no charge"),
    ("AWS::IAM::InstanceProfile", "IAM has no charge"),
    ("AWS::IAM::ManagedPolicy", "IAM has no charge"),
    ("AWS::IAM::OIDCProvider", "IAM has no charge"),
    ("AWS::IAM::Policy", "IAM has no charge"),
    ("AWS::IAM::Role", "IAM has no charge"),
    ("AWS::IAM::RolePolicy", "IAM has no charge"),
    ("AWS::IAM::ServiceLinkedRole", "IAM has no charge"),
    ("AWS::IAM::User", "IAM has no charge"),
    ("AWS::KMS::Alias", "the key is priced"),
    ("AWS::Lambda::EventInvokeConfig", "invocations are priced"),
    ("AWS::Lambda::EventSourceMapping", "invocations are priced"),
    ("AWS::Lambda::LayerVersion", "no price row"),
    ("AWS::Lambda::Permission", "a permission"),
    ("AWS::Lambda::Version", "invocations are priced"),
    (
        "AWS::Logs::MetricFilter",
        "the metric is priced where it is used",
    ),
    ("AWS::Logs::ResourcePolicy", "a permission"),
    ("AWS::RDS::DBClusterParameterGroup", "a setting"),
    ("AWS::RDS::DBParameterGroup", "a setting"),
    ("AWS::RDS::DBSubnetGroup", "a setting"),
    ("AWS::RDS::OptionGroup", "a setting"),
    (
        "AWS::Route53::RecordSet",
        "the zone and its queries are priced",
    ),
    (
        "AWS::Route53::RecordSetGroup",
        "the zone and its queries are priced",
    ),
    ("AWS::S3::BucketPolicy", "a permission"),
    (
        "AWS::SNS::Subscription",
        "deliveries are priced with the topic",
    ),
    ("AWS::SNS::TopicPolicy", "a permission"),
    ("AWS::SQS::QueuePolicy", "a permission"),
    ("AWS::SSM::Parameter", "standard parameters are free"),
    ("AWS::SecretsManager::ResourcePolicy", "a permission"),
    (
        "AWS::SecretsManager::RotationSchedule",
        "the rotation function is priced where it runs",
    ),
    (
        "AWS::SecretsManager::SecretTargetAttachment",
        "the secret is priced",
    ),
    (
        "AWS::ServiceDiscovery::Service",
        "the namespace and its queries are priced",
    ),
    ("AWS::WAFv2::WebACLAssociation", "the web ACL is priced"),
];

/// Why a type costs nothing by itself, if it does.
pub(super) fn reason(resource_type: &str) -> Option<&'static str> {
    FREE.binary_search_by_key(&resource_type, |(name, _)| name)
        .ok()
        .map(|i| FREE[i].1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorted_and_unique() {
        assert!(super::FREE.is_sorted_by(|a, b| a.0 < b.0));
    }
}
