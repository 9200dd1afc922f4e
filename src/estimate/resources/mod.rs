//! One file for each priced resource family.

pub(super) mod cloudwatch;
pub(super) mod dynamodb;
pub(super) mod ec2_instance;
pub(super) mod ec2_network;
pub(super) mod ecr;
pub(super) mod ecs_cluster;
pub(super) mod ecs_service;
pub(super) mod efs;
pub(super) mod elasticache;
pub(super) mod fargate;
pub(super) mod kms;
pub(super) mod lambda;
pub(super) mod load_balancer;
pub(super) mod logs;
pub(super) mod messaging;
pub(super) mod rds;
pub(super) mod route53;
pub(super) mod s3;
pub(super) mod secrets;
pub(super) mod waf;
