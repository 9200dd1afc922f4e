//! Law 23: loosening a budget never turns yes into no, what only warns is among what is judged, and the order of budgets
//! does not matter. On elastic IP addresses, each 730 × 0.005 = 3.65 USD a month.

use isms_cost::estimate::{Context, Estimate, estimate};
use isms_cost::gate::{
    Budget, Compare, Level, Percent, Scenario, Scope, Settings, Side, State, Verdict, judge,
};
use isms_cost::pricing::{PriceBook, Usd};
use isms_cost::usage::Usage;
use proptest::prelude::*;
use rust_decimal::Decimal;
use time::macros::date;

use crate::support::{Evaluated, evaluate};

fn stack(addresses: usize) -> (Evaluated, Estimate) {
    let list: String = (0..addresses)
        .map(|n| format!("  A{n}: {{Type: 'AWS::EC2::EIP'}}\n"))
        .collect();
    let template =
        format!("Resources:\n  N: {{Type: 'AWS::CloudFormation::WaitConditionHandle'}}\n{list}");
    let evaluated = evaluate(&[("main.yaml", &template)], &[]);
    let estimate = estimate(&Context {
        deployment: evaluated.deployment(),
        book: &PriceBook::embedded(),
        usage: &Usage::default(),
        free_tier: false,
    });
    (evaluated, estimate)
}

fn verdict(budgets: &[Budget], base: usize, head: usize) -> Verdict {
    let (before, after) = (stack(base), stack(head));
    fn side((evaluated, estimate): &(Evaluated, Estimate)) -> Side<'_> {
        Side {
            deployment: Some(evaluated.deployment()),
            estimate,
            moves: None,
            findings: &[],
        }
    }
    let pair = Compare {
        base: Some(side(&before)),
        head: side(&after),
    };
    judge(budgets, Settings::default(), &[pair], date!(2026 - 11 - 23))
}

prop_compose! {
    /// Limits in cents around what a few addresses cost.
    fn budget()(
        limit in prop::option::of(0i64..3000),
        increase in prop::option::of(0i64..2000),
        percent in prop::option::of((0i64..300, 0i64..1000)),
        warns in any::<bool>(),
        name in 0u8..200,
    ) -> Budget {
        Budget {
            name: format!("b{name}"),
            environments: Vec::new(),
            scope: Scope::Environment,
            scenario: Scenario::Expected,
            limit: limit.map(|l| Usd(Decimal::new(l, 2))),
            increase: increase.map(|i| Usd(Decimal::new(i, 2))),
            percent: percent.map(|(most, floor)| Percent { percent: Decimal::from(most), floor: Usd(Decimal::new(floor, 2)) }),
            level: if warns { Level::Warn } else { Level::Fail },
            exception: None,
            place: "c:1:1".to_owned(),
        }
    }
}

fn looser(budget: &Budget, by: i64) -> Budget {
    let more = |amount: Usd| Usd(amount.0 + Decimal::new(by, 2));
    Budget {
        limit: budget.limit.map(more),
        increase: budget.increase.map(more),
        percent: budget.percent.map(|p| Percent {
            percent: p.percent + Decimal::from(by),
            floor: more(p.floor),
        }),
        ..budget.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn loosening_never_turns_yes_into_no(budgets in prop::collection::vec(budget(), 1..4), by in 0i64..500, base in 0usize..6, head in 0usize..6) {
        let tight = verdict(&budgets, base, head);
        let loose: Vec<Budget> = budgets.iter().map(|b| looser(b, by)).collect();
        let loose = verdict(&loose, base, head);
        for (a, b) in tight.environments[0].budgets.iter().zip(&loose.environments[0].budgets) {
            if a.state == State::Holds {
                prop_assert_eq!(b.state, State::Holds);
            }
        }
        prop_assert!(!tight.passes() || loose.passes());
    }

    #[test]
    fn what_warns_never_refuses_and_is_among_what_is_judged(budgets in prop::collection::vec(budget(), 1..4), base in 0usize..6, head in 0usize..6) {
        let warning: Vec<Budget> = budgets.iter().map(|b| Budget { level: Level::Warn, ..b.clone() }).collect();
        let verdict = verdict(&warning, base, head);
        prop_assert!(verdict.passes());
        prop_assert_eq!(verdict.environments[0].budgets.len(), warning.len());
    }

    #[test]
    fn the_order_of_budgets_does_not_matter(budgets in prop::collection::vec(budget(), 1..4), base in 0usize..6, head in 0usize..6) {
        let mut turned = budgets.clone();
        turned.reverse();
        let (a, b) = (verdict(&budgets, base, head), verdict(&turned, base, head));
        prop_assert_eq!(a.passes(), b.passes());
        let states = |v: &Verdict| -> Vec<State> { v.environments[0].budgets.iter().map(|j| j.state).collect() };
        let mut other = states(&b);
        other.reverse();
        prop_assert_eq!(states(&a), other);
    }
}
