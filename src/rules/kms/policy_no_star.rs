//! Who may use a key.

use crate::rules::iam::document::{each_statement, of};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "kms.policy-no-star-principal",
    title: "No key policy lets everybody use the key",
    severity: Severity::Critical,
    resource_types: &["AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
    why: "What the key encrypts is readable for any account of AWS that gets the ciphertext.",
    fix: "Name the account or service under Principal, or narrow with Condition: {StringEquals: {kms:CallerAccount: !Ref AWS::AccountId}}; kms:ViaService alone lets in every account that uses the service.",
    see: "aws kms get-key-policy --key-id ID --policy-name default",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let mut documents = of(context, "AWS::KMS::Key", "KeyPolicy");
    documents.extend(of(context, "AWS::KMS::ReplicaKey", "KeyPolicy"));
    each_statement(&documents, judge, "who is let in is named", |statement| {
        statement.lets_in_everybody("everybody may use the key")
    });
}
