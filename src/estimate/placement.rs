//! Whole tasks over capacity providers.
//!
//! Base first, then the weights as a ratio. AWS publishes no rule for the remainder (ECS developer guide,
//! "Capacity provider strategy"); two rules agree with everything that is published, and differ by at most one task.

use rust_decimal::Decimal;

/// One provider of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Whether it is `FARGATE_SPOT`.
    pub spot: bool,
    /// Tasks that it gets first.
    pub base: u32,
    /// Its part of the rest.
    pub weight: u32,
}

/// How many tasks run where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// On demand.
    pub on_demand: Decimal,
    /// On Spot.
    pub spot: Decimal,
}

/// Places tasks one at a time on the provider with the lowest count for its weight; a tie goes to the larger
/// weight, then to on-demand.
pub fn greedy(tasks: u32, providers: &[Provider]) -> Placement {
    split(tasks, providers, |rest| {
        let mut counts = vec![0u32; providers.len()];
        for _ in 0..rest {
            let mut best: Option<usize> = None;
            for (i, provider) in providers.iter().enumerate().filter(|(_, p)| p.weight > 0) {
                let better = best.is_none_or(|b| {
                    let (here, there) = (
                        u64::from(counts[i]) * u64::from(providers[b].weight),
                        u64::from(counts[b]) * u64::from(provider.weight),
                    );
                    let order = |p: &Provider| (p.weight, !p.spot);
                    here < there || (here == there && order(provider) > order(&providers[b]))
                });
                if better {
                    best = Some(i);
                }
            }
            if let Some(best) = best {
                counts[best] += 1;
            }
        }
        counts
    })
}

/// Gives each provider its whole share, and what is left to the largest remainders; a tie goes to Spot, so that
/// with [`greedy`] the two answers bound what is not published.
pub fn largest_remainder(tasks: u32, providers: &[Provider]) -> Placement {
    split(tasks, providers, |rest| {
        let total: u64 = providers.iter().map(|p| u64::from(p.weight)).sum();
        if total == 0 {
            return vec![0; providers.len()];
        }
        let share = |p: &Provider| u64::from(rest) * u64::from(p.weight);
        let mut counts: Vec<u32> = providers
            .iter()
            .map(|p| u32::try_from(share(p) / total).unwrap_or(u32::MAX))
            .collect();
        let mut order: Vec<usize> = (0..providers.len()).collect();
        order.sort_by_key(|i| {
            (
                std::cmp::Reverse(share(&providers[*i]) % total),
                !providers[*i].spot,
            )
        });
        let given: u32 = counts.iter().sum();
        for i in order.into_iter().take(rest.saturating_sub(given) as usize) {
            counts[i] += 1;
        }
        counts
    })
}

fn split(tasks: u32, providers: &[Provider], place: impl Fn(u32) -> Vec<u32>) -> Placement {
    let mut rest = tasks;
    let mut placement = Placement::default();
    let mut put = |spot: bool, count: u32| {
        let count = Decimal::from(count);
        if spot {
            placement.spot += count
        } else {
            placement.on_demand += count
        }
    };
    for provider in providers {
        let base = provider.base.min(rest);
        rest -= base;
        put(provider.spot, base);
    }
    for (provider, count) in providers.iter().zip(place(rest)) {
        put(provider.spot, count);
    }
    placement
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mix(base: u32, on_demand: u32, spot: u32) -> [Provider; 2] {
        [
            Provider {
                spot: false,
                base,
                weight: on_demand,
            },
            Provider {
                spot: true,
                base: 0,
                weight: spot,
            },
        ]
    }

    fn pair(p: Placement) -> (String, String) {
        (p.on_demand.to_string(), p.spot.to_string())
    }

    #[test]
    fn seventy_thirty_at_small_numbers() {
        for (base, tasks, on_demand, spot) in [
            (0, 1, 0, 1),
            (0, 2, 1, 1),
            (0, 4, 1, 3),
            (0, 10, 3, 7),
            (1, 1, 1, 0),
            (1, 2, 1, 1),
            (1, 4, 2, 2),
            (1, 10, 4, 6),
        ] {
            let got = pair(greedy(tasks, &mix(base, 30, 70)));
            assert_eq!(
                got,
                (on_demand.to_string(), spot.to_string()),
                "base {base}, {tasks} tasks"
            );
        }
        // 8 tasks: quotas 2.4 and 5.6. Greedy places 3 and 5, the largest remainder is Spot's: 2 and 6.
        assert_eq!(pair(greedy(8, &mix(0, 30, 70))), ("3".into(), "5".into()));
        assert_eq!(
            pair(largest_remainder(8, &mix(0, 30, 70))),
            ("2".into(), "6".into())
        );
    }

    proptest! {
        #[test]
        fn laws_of_placement(tasks in 0u32..60, base in 0u32..6, a in 0u32..12, b in 0u32..12, scale in 1u32..9) {
            prop_assume!(a + b > 0);
            for rule in [greedy, largest_remainder] {
                let here = rule(tasks, &mix(base, a, b));
                prop_assert_eq!(here.on_demand + here.spot, Decimal::from(tasks));
                prop_assert!(here.on_demand >= Decimal::from(base.min(tasks)));
                let rest = Decimal::from(tasks - base.min(tasks));
                let quota = rest * Decimal::from(b) / Decimal::from(a + b);
                prop_assert!((here.spot - quota).abs() < Decimal::ONE, "{:?} quota {}", here, quota);
                prop_assert_eq!(here, rule(tasks, &mix(base, a * scale, b * scale)));
                let next = rule(tasks + 1, &mix(base, a, b));
                prop_assert!(next.on_demand >= here.on_demand && next.spot >= here.spot);
            }
        }
    }
}
