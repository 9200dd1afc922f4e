//! Which images a policy expires.

use super::{Count, LifecyclePolicy, Selection};

/// An image in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// When it was pushed: days since any beginning. Re-tagging does not change it.
    pub pushed: u32,
    /// Its tags now.
    pub tags: Vec<String>,
}

/// Indexes of the images that the policy expires on `today`. Of images pushed at the same time, the later in the
/// list is the newer.
pub fn expired(policy: &LifecyclePolicy, images: &[Image], today: u32) -> Vec<usize> {
    let mut shielded = vec![false; images.len()];
    let mut gone = Vec::new();
    let mut matching: Vec<usize> = Vec::with_capacity(images.len());
    for rule in &policy.rules {
        matching.clear();
        matching.extend((0..images.len()).filter(|i| matches(&rule.selection, &images[*i])));
        match rule.count {
            // Fewer images than are kept: nothing to order.
            Count::MoreThan(keep) if matching.len() <= keep => {}
            Count::MoreThan(keep) => {
                matching.sort_by_key(|i| std::cmp::Reverse((images[*i].pushed, *i)));
                gone.extend(
                    matching
                        .iter()
                        .skip(keep)
                        .copied()
                        .filter(|i| !shielded[*i]),
                );
            }
            Count::OlderThanDays(days) => {
                let old = |i: &usize| today.saturating_sub(images[*i].pushed) > days;
                gone.extend(matching.iter().copied().filter(|i| old(i) && !shielded[*i]));
            }
        }
        for i in &matching {
            shielded[*i] = true;
        }
    }
    gone.sort_unstable();
    gone
}

fn matches(selection: &Selection, image: &Image) -> bool {
    match selection {
        Selection::Any => true,
        Selection::Untagged => image.tags.is_empty(),
        Selection::Prefixes(prefixes) => {
            !image.tags.is_empty()
                && prefixes
                    .iter()
                    .all(|p| image.tags.iter().any(|t| t.starts_with(p.as_str())))
        }
        Selection::Patterns(patterns) => {
            !image.tags.is_empty()
                && patterns
                    .iter()
                    .all(|p| image.tags.iter().any(|t| wildcard(p, t)))
        }
    }
}

/// `*` stands for any text, also none.
fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn image(pushed: u32, tags: &[&str]) -> Image {
        Image {
            pushed,
            tags: tags.iter().map(|t| (*t).to_owned()).collect(),
        }
    }

    fn policy(rules: &str) -> LifecyclePolicy {
        LifecyclePolicy::parse(&format!("{{\"rules\": [{rules}]}}")).expect("a policy")
    }

    fn rule(priority: u32, selection: &str, count: &str, number: u32) -> String {
        format!(
            r#"{{"rulePriority": {priority}, "selection": {{{selection}, "countType": "{count}", "countNumber": {number}}}, "action": {{"type": "expire"}}}}"#
        )
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("sha-*", "sha-1", true),
            ("*", "x", true),
            ("a*c", "abc", true),
            ("a*c", "ab", false),
            ("ab", "abc", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }

    /// The examples of the user guide, "Examples of lifecycle policies".
    #[test]
    fn documented_examples() {
        // "Filtering on image age": untagged, older than 14 days.
        let p = policy(&rule(
            1,
            r#""tagStatus": "untagged""#,
            "sinceImagePushed",
            14,
        ));
        assert_eq!(
            expired(&p, &[image(0, &[]), image(1, &[]), image(0, &["a"])], 15),
            [0]
        );
        // "Filtering on image count": keep one untagged image.
        let p = policy(&rule(
            1,
            r#""tagStatus": "untagged""#,
            "imageCountMoreThan",
            1,
        ));
        assert_eq!(
            expired(&p, &[image(0, &[]), image(1, &[]), image(2, &[])], 3),
            [0, 1]
        );
        // "Filtering on multiple rules", A: prod 1, then beta 1.
        let prod = r#""tagStatus": "tagged", "tagPrefixList": ["prod"]"#;
        let beta = r#""tagStatus": "tagged", "tagPrefixList": ["beta"]"#;
        let a = policy(&format!(
            "{}, {}",
            rule(1, prod, "imageCountMoreThan", 1),
            rule(2, beta, "imageCountMoreThan", 1)
        ));
        // Image A: beta-1, prod-1, pushed 10 days ago; B: beta-2, prod-2, 9 days; C: beta-3, 8 days.
        let images = [
            image(0, &["beta-1", "prod-1"]),
            image(1, &["beta-2", "prod-2"]),
            image(2, &["beta-3"]),
        ];
        assert_eq!(expired(&a, &images, 10), [0]);
        // B of the same: beta first. Rule 1 expires A and B.
        let b = policy(&format!(
            "{}, {}",
            rule(1, beta, "imageCountMoreThan", 1),
            rule(2, prod, "imageCountMoreThan", 1)
        ));
        assert_eq!(expired(&b, &images, 10), [0, 1]);
        // "Filtering on multiple tags in a single rule": alpha and beta must both be there.
        let both = r#""tagStatus": "tagged", "tagPrefixList": ["alpha", "beta"]"#;
        let p = policy(&rule(1, both, "sinceImagePushed", 5));
        assert_eq!(
            expired(
                &p,
                &[
                    image(0, &["alpha-1"]),
                    image(0, &["beta-1"]),
                    image(0, &["alpha-1", "beta-1"])
                ],
                12
            ),
            [2]
        );
        // "Filtering on all images": keep 5 of any.
        let p = policy(&rule(1, r#""tagStatus": "any""#, "imageCountMoreThan", 1));
        assert_eq!(
            expired(&p, &[image(0, &["a"]), image(1, &[]), image(2, &["b"])], 9),
            [0, 1]
        );
    }

    proptest! {
        #[test]
        fn expired_is_a_subset_and_keeping_more_expires_no_more(
            days in prop::collection::vec((0u32..40, 0usize..4), 0..30), keep in 1u32..8, today in 40u32..90
        ) {
            let names = ["sha-1", "prod-1", "x"];
            let images: Vec<Image> = days.iter().map(|(d, t)| image(*d, &names[..(*t).min(3)])).collect();
            let any = |n| policy(&rule(9, r#""tagStatus": "any""#, "imageCountMoreThan", n));
            let fewer = expired(&any(keep), &images, today);
            let more = expired(&any(keep + 1), &images, today);
            prop_assert!(more.iter().all(|i| fewer.contains(i)));
            prop_assert!(fewer.iter().all(|i| *i < images.len()));
            // A rule at the lowest priority never brings an image back.
            let sha = rule(1, r#""tagStatus": "tagged", "tagPatternList": ["sha-*"]"#, "imageCountMoreThan", 2);
            let alone = expired(&policy(&sha), &images, today);
            let joined = expired(&policy(&format!("{sha}, {}", rule(9, r#""tagStatus": "any""#, "imageCountMoreThan", keep))), &images, today);
            prop_assert!(alone.iter().all(|i| joined.contains(i)));
        }
    }
}
