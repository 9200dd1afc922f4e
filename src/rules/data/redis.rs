//! Redis and Valkey.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "redis.encryption",
    title: "Caches are encrypted at rest and in transit",
    severity: Severity::High,
    resource_types: &["AWS::ElastiCache::ReplicationGroup"],
    why: "Sessions and tokens lie in the cache, and every client on the network path can read what is not encrypted.",
    fix: "Set AtRestEncryptionEnabled: true and TransitEncryptionEnabled: true; at rest only at creation, so an existing group is replaced.",
    see: "aws elasticache describe-replication-groups --query 'ReplicationGroups[].[ReplicationGroupId,AtRestEncryptionEnabled,TransitEncryptionEnabled]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for group in context
        .deployment
        .of_type("AWS::ElastiCache::ReplicationGroup")
    {
        for (path, what) in [
            ("AtRestEncryptionEnabled", "at rest"),
            ("TransitEncryptionEnabled", "in transit"),
        ] {
            // Both are off by default. Source: ElastiCache API Reference, CreateReplicationGroup.
            let (passed, failed) = (
                format!("is encrypted {what}"),
                format!("the cache is not encrypted {what}"),
            );
            judge.flag(group, path, true, false, &passed, &failed);
        }
    }
}
