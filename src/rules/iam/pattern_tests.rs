//! The wildcard matcher against its definition; answers against a model that lists what a gap can become.

use proptest::prelude::*;

use super::*;
use crate::source::{SourceMap, Span};

/// The definition, without cleverness.
fn model(p: &[u8], a: &[u8]) -> bool {
    match (p.first(), a.first()) {
        (None, None) => true,
        (Some(b'*'), _) => model(&p[1..], a) || (!a.is_empty() && model(p, &a[1..])),
        (Some(b'?'), Some(_)) => model(&p[1..], &a[1..]),
        (Some(x), Some(y)) if x.eq_ignore_ascii_case(y) => model(&p[1..], &a[1..]),
        _ => false,
    }
}

fn span() -> Span {
    let sources = SourceMap::default();
    Span::new(sources.add("policy.json", "{}"), 0, 0)
}

/// An element as it is built: known pieces, references, and gaps.
#[derive(Clone, Debug)]
enum Part {
    Known(String),
    Reference,
    Gap,
    Account,
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        4 => "[ab*:]{1,3}".prop_map(Part::Known),
        1 => Just(Part::Reference),
        2 => Just(Part::Gap),
        1 => Just(Part::Account),
    ]
}

fn built(parts: &[Part]) -> Value {
    let pieces: Vec<Piece> = parts
        .iter()
        .map(|part| match part {
            Part::Known(text) => Piece::Text(text.as_str().into()),
            Part::Reference => Piece::Reference(crate::model::Reference {
                address: crate::model::Address::root().join("Bucket"),
                attribute: None,
            }),
            Part::Gap => Piece::Unknown(crate::model::Unknown::new(Why::Parameter, "P: *")),
            Part::Account => Piece::Unknown(crate::model::Unknown::new(Why::Pseudo, "account")),
        })
        .collect();
    Value::new(Kind::Pieces(pieces.into()), span())
}

/// Every text that an element can become, if a gap is one of a few texts.
fn worlds(parts: &[Part]) -> Vec<String> {
    let mut found = vec![String::new()];
    for part in parts {
        let texts: &[&str] = match part {
            Part::Known(text) => &[text.as_str()],
            Part::Reference => &["ref"],
            Part::Gap => &["", "a", "*", "zz"],
            Part::Account => &["111122223333"],
        };
        found = found
            .iter()
            .flat_map(|before| texts.iter().map(move |t| format!("{before}{t}")))
            .collect();
    }
    found
}

proptest! {
    #[test]
    fn wildcards_are_read_as_defined(pattern in "[aAb*?]{0,8}", action in "[abB]{0,8}") {
        prop_assert_eq!(takes_in(&pattern, &action), model(pattern.as_bytes(), action.as_bytes()));
    }

    /// A pattern takes in itself, and a wider one takes in more.
    #[test]
    fn widening_never_loses(pattern in "[ab*?]{0,6}", action in "[ab]{0,6}", at in 0usize..7) {
        let mut wider = pattern.clone();
        wider.insert(at.min(pattern.len()), '*');
        prop_assert!(takes_in(&pattern, &pattern));
        prop_assert!(!takes_in(&pattern, &action) || takes_in(&wider, &action));
    }

    /// What is said of an element holds in every world; where worlds differ, or cannot be listed, it is not known.
    #[test]
    fn an_answer_holds_in_every_world(parts in prop::collection::vec(part(), 2..5), action in "[ab:]{1,4}") {
        for is in [&(|t: &str| takes_in(t, &action)) as &dyn Fn(&str) -> bool, &is_any, &every] {
            match term(&built(&parts)).holds(is) {
                Ok(answer) => {
                    for world in worlds(&parts) {
                        // A wildcard in one world is a fault there, so only the harmless answer must hold in all.
                        if !answer {
                            prop_assert!(!is(&world), "{parts:?} is said to be harmless, and {world} is not");
                        }
                    }
                    if answer {
                        prop_assert!(worlds(&parts).iter().any(|w| is(w)), "{parts:?} is never so");
                    }
                }
                Err(reason) => prop_assert_eq!(&*reason, "P: *"),
            }
        }
    }

    /// No text is too odd.
    #[test]
    fn any_text_is_read(text in ".{0,60}") {
        let _ = (every(&text), everything(&text), takes_in(&text, &text));
    }
}

#[test]
fn actions() {
    for (pattern, action, expected) in [
        ("iam:Pass*", "iam:PassRole", true),
        ("IAM:passrole", "iam:PassRole", true),
        ("*", "iam:PassRole", true),
        ("iam:?assRole", "iam:PassRole", true),
        ("iam:Get*", "iam:PassRole", false),
        ("s3:*", "iam:PassRole", false),
    ] {
        assert_eq!(takes_in(pattern, action), expected, "{pattern}");
    }
}

#[test]
fn resources_that_are_all() {
    for (resource, of_service, of_all) in [
        ("*", true, true),
        ("**", true, true),
        ("arn:*", true, true),
        ("arn:aws:*:*:*:*", true, true),
        ("arn:aws:s3:::*", true, false),
        ("arn:aws:sqs:*:*:*", true, false),
        ("arn:aws:sqs:eu-west-2:111122223333:*", false, false),
        ("arn:aws:s3:::${Bucket}/*", false, false),
        ("arn:aws:s3:::bucket*", false, false),
        ("arn:aws:secretsmanager:*:*:secret:*", false, false),
        ("", false, false),
    ] {
        assert_eq!(every(resource), of_service, "{resource}");
        assert_eq!(everything(resource), of_all, "{resource}");
    }
}
