//! `backup.*`, `cloudfront.*`, `dynamodb.*`, `ebs.*`, `ec2.*`, `efs.*`, `redis.*`, `sns.*`, `sqs.*`: where data lies and travels beside the database.

mod backup_plan;
mod cloudfront;
mod dynamodb;
mod ebs;
mod efs;
mod imdsv2;
mod redis;
mod sns;
mod sqs;

use super::Rule;

pub(super) static RULES: &[&Rule] = &[
    &backup_plan::RULE,
    &cloudfront::RULE,
    &dynamodb::RULE,
    &ebs::RULE,
    &imdsv2::RULE,
    &efs::RULE,
    &redis::RULE,
    &sns::RULE,
    &sqs::RULE,
];
