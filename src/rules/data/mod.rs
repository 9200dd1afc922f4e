//! `backup.*`, `cloudfront.*`, `dynamodb.*`, `ebs.*`, `ec2.*`, `efs.*`, `redis.*`, `sns.*`, `sqs.*`: where data lies and travels beside the database.

use super::Rule;

pub(super) static RULES: &[&Rule] = &[];
