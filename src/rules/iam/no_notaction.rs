//! NotAction and NotResource.

use crate::rules::iam::document::{Judged, Statement, Verdict, each_statement, identity};
use crate::rules::{Context, Judge, Rule, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "iam.no-notaction-allow",
    title: "No policy allows all but what it names",
    severity: Severity::High,
    resource_types: &[
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::IAM::Group",
        "AWS::IAM::Policy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::GroupPolicy",
    ],
    why: "NotAction and NotResource allow everything that is not thought of, and every service that AWS adds later.",
    fix: "Write Action and Resource with what is needed; use NotAction only to deny.",
    see: "aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY --policy-document file://policy.json",
    check,
};

fn check(context: &Context<'_>, judge: &mut Judge) {
    each_statement(&identity(context), judge, "what is allowed is named", fault);
}

fn fault(statement: &Statement) -> Judged {
    for key in ["NotAction", "NotResource"] {
        if statement.names(key)? {
            return Ok(Verdict::Fault(
                key,
                format!("{key} allows all that it does not name"),
            ));
        }
    }
    Ok(Verdict::Fine)
}
