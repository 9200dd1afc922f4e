//! File systems at rest.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "efs.encrypted",
    title: "File systems are encrypted",
    severity: Severity::High,
    resource_types: &["AWS::EFS::FileSystem"],
    why: "Files are stored as they are; a file system cannot be encrypted later, only copied into a new one.",
    fix: "Set Encrypted: true, and KmsKeyId for a key of your own.",
    see: "aws efs describe-file-systems --query 'FileSystems[?!Encrypted].FileSystemId'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for system in context.deployment.of_type("AWS::EFS::FileSystem") {
        judge.flag(
            system,
            "Encrypted",
            true,
            false,
            "is encrypted",
            "the file system is not encrypted",
        );
    }
}
