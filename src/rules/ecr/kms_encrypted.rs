//! Keys of images.

use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ecr.kms-encrypted",
    title: "Images are encrypted with a KMS key",
    severity: Severity::Low,
    resource_types: &["AWS::ECR::Repository"],
    why: "With S3's own key nobody can see or stop who decrypts the images.",
    fix: "Set EncryptionConfiguration: {EncryptionType: KMS, KmsKey: …}; it cannot be changed later, only in a new repository.",
    see: "aws ecr describe-repositories --query 'repositories[].[repositoryName,encryptionConfiguration.encryptionType]'",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    for repository in context.deployment.of_type("AWS::ECR::Repository") {
        let failed = "images are encrypted with S3's own key";
        judge.word(
            repository,
            "EncryptionConfiguration.EncryptionType",
            &["KMS", "KMS_DSSE"],
            "AES256",
            failed,
        );
    }
}
