//! `AWS::ECR::Repository`: storage, from the figure or from what its lifecycle policy keeps.
//!
//! Source: Amazon ECR pricing: GB-month of compressed layers; a layer that images share is stored once.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::ecr::{Count, Image, LifecyclePolicy, expired};
use crate::estimate::lines::{Line, Lines};
use crate::estimate::{Context, times};
use crate::model::{Read, Resource};
use crate::pricing::Range;

/// Days simulated before the measured ones, so that every rule of a usual policy has had its effect.
const WARM_UP_DAYS: u32 = 120;
/// Days measured.
const MEASURED_DAYS: u32 = 30;
/// More pushes a day are not simulated one by one.
const MAX_PUSHES_A_DAY: u32 = 40;

pub(in crate::estimate) fn repository(
    context: &Context<'_>,
    repository: &Resource,
    lines: &mut Lines<'_>,
) {
    let (quantity, assumptions) = match lines.figure("storage_gb") {
        Some(gb) => (
            gb,
            vec![format!("{} GB stored, from the usage file", gb.expected)],
        ),
        None => match modelled(context, repository, lines) {
            Some(answer) => answer,
            None => return,
        },
    };
    lines.add(Line {
        name: "image storage",
        service: "AmazonECR",
        usage: "TimedStorage-ByteHrs",
        operation: None,
        quantity,
        assumptions,
    });
}

fn modelled(
    context: &Context<'_>,
    repository: &Resource,
    lines: &mut Lines<'_>,
) -> Option<(Range<Decimal>, Vec<String>)> {
    let policy = match repository.text("LifecyclePolicy.LifecyclePolicyText") {
        Read::Known(text) => match LifecyclePolicy::parse(&text) {
            Ok(policy) => Some((text, policy)),
            Err(error) => {
                lines.gap(error.to_string());
                return None;
            }
        },
        Read::Absent => None,
        Read::Unknown(reason) => {
            lines.gap(reason.to_string());
            return None;
        }
    };
    let pushes = lines.needed("monthly_pushes", "image storage")?;
    let size = lines.needed("image_size_gb", "image storage")?;
    let unique = lines
        .figure("unique_layer_share")
        .unwrap_or(Range::flat(Decimal::ONE));
    let Some((text, policy)) = policy else {
        let growth = times(times(pushes.expected, size.expected), unique.expected);
        lines.gap(format!(
            "no lifecycle policy: storage grows by {} GB every month and is unbounded",
            growth.normalize()
        ));
        return None;
    };
    let environment = &context.deployment.environment;
    let kept =
        |pushes: Decimal| lines.images_kept(&text, pushes, || live(&policy, pushes, environment));
    // Shared layers once, unique ones for each image: B + u × K. Without sharing every image counts whole.
    let stored = |size: Decimal, unique: Decimal, kept: Decimal| {
        times(size, Decimal::ONE - unique) + times(times(size, unique), kept)
    };
    let images = pushes.map(kept);
    let gb = Range {
        min: stored(size.min, unique.min, images.min),
        expected: stored(size.expected, unique.expected, images.expected),
        max: stored(
            size.max,
            Decimal::ONE,
            images.max.max(images.expected) + Decimal::ONE,
        ),
    };
    let text = format!(
        "{} pushes a month of {} GB, {} of it not shared; the policy keeps {} images on average ({} days simulated); max: nothing shared, one image waiting to expire",
        pushes.expected,
        size.expected,
        unique.expected,
        images.expected.round_dp(2).normalize(),
        WARM_UP_DAYS + MEASURED_DAYS
    );
    Some((gb, vec![text]))
}

/// Images kept on average once the policy is in effect. Each push carries `sha-N` and `ENV-N` for good, and takes
/// the moving tags `ENV` and `latest` from the push before it.
fn live(policy: &LifecyclePolicy, pushes_a_month: Decimal, environment: &str) -> Decimal {
    let a_day = times(pushes_a_month, Decimal::from(12)) / Decimal::from(365);
    let mut images: Vec<Image> = Vec::new();
    let (mut pushed, mut total) = (0u32, 0u64);
    let ages: Vec<u32> = policy
        .rules
        .iter()
        .filter_map(|r| match r.count {
            Count::OlderThanDays(days) => days.checked_add(1),
            Count::MoreThan(_) => None,
        })
        .collect();
    for day in 0..WARM_UP_DAYS + MEASURED_DAYS {
        let pushed_before = pushed;
        let due = times(a_day, Decimal::from(day + 1))
            .floor()
            .to_u32()
            .unwrap_or(u32::MAX);
        for _ in 0..due.saturating_sub(pushed).min(MAX_PUSHES_A_DAY) {
            for image in &mut images {
                image.tags.retain(|t| t != environment && t != "latest");
            }
            pushed += 1;
            let tags = vec![
                format!("sha-{pushed}"),
                format!("{environment}-{pushed}"),
                environment.to_owned(),
                "latest".to_owned(),
            ];
            images.push(Image { pushed: day, tags });
        }
        // Without a push the policy does something new only on the day after an image reaches a rule's age.
        let aged = |image: &Image| ages.contains(&(day - image.pushed));
        if pushed != pushed_before || images.iter().any(aged) {
            for index in expired(policy, &images, day).into_iter().rev() {
                images.remove(index);
            }
        }
        if day >= WARM_UP_DAYS {
            total += images.len() as u64;
        }
    }
    Decimal::from(total) / Decimal::from(MEASURED_DAYS)
}
