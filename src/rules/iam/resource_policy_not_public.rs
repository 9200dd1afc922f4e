//! Policies of resources.

use crate::model::{Read, Resource};
use crate::rules::iam::document::{Document, each_statement, of};
use crate::rules::iam::pattern::{any, is_any, term};
use crate::rules::{Context, Judge, Rule, Severity};
use std::sync::Arc;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.resource-policy-not-public",
    title: "No policy of a bucket, queue, topic, function or other resource lets in everybody",
    severity: Severity::High,
    resource_types: &[
        "AWS::S3::BucketPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::SQS::QueueInlinePolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SNS::TopicInlinePolicy",
        "AWS::EFS::FileSystem",
        "AWS::DynamoDB::Table",
        "AWS::Kinesis::ResourcePolicy",
        "AWS::Logs::ResourcePolicy",
        "AWS::Backup::BackupVault",
        "AWS::OpenSearchService::Domain",
        "AWS::Lambda::Permission",
    ],
    why: "Any account of AWS, and for a bucket anybody at all, may read, write or call it. What a queue or topic takes in from strangers is run as if it were one's own.",
    fix: "Name the account, role or service under Principal; where a service sends, add Condition: {ArnEquals: {aws:SourceArn: !GetAtt Topic.TopicArn}} or {StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}. A bucket for a website is best behind CloudFront.",
    see: "aws accessanalyzer list-findings-v2 --analyzer-arn ARN --filter '{\"isPublic\":{\"eq\":[\"true\"]}}'",
    check,
};

/// The property that holds the policy, by type.
const POLICIES: [(&str, &str); 11] = [
    ("AWS::S3::BucketPolicy", "PolicyDocument"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument"),
    ("AWS::SQS::QueueInlinePolicy", "PolicyDocument"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument"),
    ("AWS::SNS::TopicInlinePolicy", "PolicyDocument"),
    ("AWS::EFS::FileSystem", "FileSystemPolicy"),
    ("AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument"),
    ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
    ("AWS::Logs::ResourcePolicy", "PolicyDocument"),
    ("AWS::Backup::BackupVault", "AccessPolicy"),
    ("AWS::OpenSearchService::Domain", "AccessPolicies"),
];

fn check(context: &Context<'_>, judge: &mut Judge) {
    let mut documents: Vec<Document<'_>> = POLICIES
        .iter()
        .flat_map(|(kind, property)| of(context, kind, property))
        .collect();
    // A domain inside a VPC is reached through its security groups alone.
    documents.retain(|d| matches!(d.resource.read("VPCOptions"), Read::Absent));
    each_statement(&documents, judge, "who is let in is named", |statement| {
        statement.lets_in_everybody("everybody is let in")
    });
    for permission in context.deployment.of_type("AWS::Lambda::Permission") {
        match calls(permission) {
            Ok(true) => judge.fail(permission, "Principal", "everybody may call the function"),
            Ok(false) => judge.pass(permission, "who may call it is named"),
            Err(reason) => judge.unknown(permission, "Principal", &reason),
        }
    }
}

/// Whether everybody may call the function: no source, account or organisation narrows it.
fn calls(permission: &Resource) -> Result<bool, Arc<str>> {
    for key in ["SourceArn", "SourceAccount", "PrincipalOrgID"] {
        if !matches!(permission.read(key), Read::Absent) {
            return Ok(false);
        }
    }
    match permission.read("Principal").optional()? {
        Some(principal) => any(&[term(principal)], is_any),
        None => Ok(false),
    }
}
