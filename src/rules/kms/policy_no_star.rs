//! Who may use a key.

use crate::rules::iam::document::{each_statement, of};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "kms.policy-no-star-principal",
    title: "No key policy lets everybody use the key",
    severity: Severity::Critical,
    resource_types: &["AWS::KMS::Key"],
    why: "What the key encrypts is readable for any account of AWS that gets the ciphertext.",
    fix: "Name the account or service under Principal, or narrow with kms:CallerAccount or kms:ViaService.",
    see: "aws kms get-key-policy --key-id ID --policy-name default",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    let documents = of(context, "AWS::KMS::Key", "KeyPolicy");
    each_statement(&documents, judge, "who is let in is named", |statement| {
        let principals = statement.principals()?;
        if principals
            .iter()
            .any(|(kind, term, _)| term.text == "*" && (kind == "*" || kind == "AWS"))
        {
            let narrowed = statement.narrowed_by()?.is_some();
            return Ok((!narrowed).then(|| ("Principal", "everybody may use the key".to_owned())));
        }
        match principals.into_iter().find_map(|(_, term, _)| term.gap) {
            Some(gap) => Err(gap),
            None => Ok(None),
        }
    });
}
