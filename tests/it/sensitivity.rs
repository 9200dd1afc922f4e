//! What each usage figure moves, against arithmetic written out by hand.

use isms_cost::diag::Diagnostics;
use isms_cost::estimate::{Context, Swing, sensitivity};
use isms_cost::pricing::PriceBook;
use isms_cost::source::SourceMap;
use isms_cost::usage;
use rust_decimal::Decimal;

use crate::support::evaluate;

fn swings(template: &str, figures: &str) -> Vec<Swing> {
    let evaluated = evaluate(&[("main.yaml", template)], &[]);
    let deployment = evaluated.deployment();
    let sources = SourceMap::default();
    let file = sources.add("usage.yaml", figures);
    let mut diagnostics = Diagnostics::default();
    let usage = usage::parse(file, figures, &[deployment], &mut diagnostics).expect("usage");
    assert!(!diagnostics.has_errors());
    sensitivity(&Context {
        deployment,
        book: &PriceBook::embedded(),
        usage: &usage,
        free_tier: false,
    })
}

const GATEWAY: &str =
    "Resources: {Nat: {Type: 'AWS::EC2::NatGateway', Properties: {SubnetId: subnet-1}}}";

fn usd(text: &str) -> Decimal {
    crate::arithmetic::evaluate(text)
}

#[test]
fn a_figure_alone_goes_to_its_ends() {
    let found = swings(
        GATEWAY,
        "version: 0.1\nresource_usage:\n  Nat: {monthly_data_processed_gb: {min: 20, expected: 100, max: 400}}\n  data_transfer: {monthly_outbound_internet_gb: {min: 50, expected: 60, max: 70}}\n",
    );
    let names: Vec<(&str, &str)> = found.iter().map(|s| (&*s.entry, &*s.key)).collect();
    // 380 GB × 0.05 = 19 USD move more than 20 GB × 0.09 = 1.80.
    assert_eq!(
        names,
        [
            ("Nat", "monthly_data_processed_gb"),
            ("data_transfer", "monthly_outbound_internet_gb")
        ]
    );
    let [nat, transfer] = &found[..] else {
        panic!("two figures move something")
    };
    // 730 hours at 0.05, 60 GB to the internet at 0.09, and the gateway's 20, 100 or 400 GB at 0.05.
    assert_eq!(nat.total.min.0, usd("730*0.05 + 60*0.09 + 20*0.05"));
    assert_eq!(nat.total.expected.0, usd("730*0.05 + 60*0.09 + 100*0.05"));
    assert_eq!(nat.total.max.0, usd("730*0.05 + 60*0.09 + 400*0.05"));
    assert_eq!(nat.width().0, usd("380*0.05"));
    assert_eq!(transfer.total.min.0, usd("730*0.05 + 50*0.09 + 100*0.05"));
    assert_eq!(transfer.width().0, usd("20*0.09"));
}

#[test]
fn a_figure_of_a_type_moves_all_its_resources_and_one_without_ends_none() {
    let found = swings(
        "Resources: {A: {Type: 'AWS::EC2::NatGateway'}, B: {Type: 'AWS::EC2::NatGateway'}, C: {Type: 'AWS::EC2::NatGateway'}}",
        "version: 0.1\nresource_type_default_usage:\n  AWS::EC2::NatGateway: {monthly_data_processed_gb: {min: 0, expected: 10, max: 30}}\nresource_usage:\n  C: {monthly_data_processed_gb: 5}\n",
    );
    let [one] = &found[..] else {
        panic!("only the type's figure has ends: {found:?}")
    };
    assert_eq!(&*one.entry, "AWS::EC2::NatGateway");
    // A and B at 0 and 30 GB each; C keeps its 5.
    assert_eq!(one.total.min.0, usd("3*730*0.05 + 5*0.05"));
    assert_eq!(one.total.max.0, usd("3*730*0.05 + 5*0.05 + 2*30*0.05"));
}

#[test]
fn without_figures_nothing_moves() {
    assert!(swings(GATEWAY, "version: 0.1\n").is_empty());
}
