//! Bars as inline SVG. Lengths are percent of the drawing's width; a bar stretches with its place.
//!
//! Each bar stands beside its figure in a table, so it is hidden from screen readers.

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::percent;
use crate::pricing::{Range, Usd};

/// Whole drawings are so long.
const WHOLE: Decimal = Decimal::ONE_HUNDRED;

fn part(amount: Usd, whole: Usd) -> Decimal {
    percent(amount, whole).clamp(Decimal::ZERO, WHOLE)
}

/// An amount of a whole.
pub(super) fn bar(amount: Usd, whole: Usd, class: &str) -> Markup {
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track width="100" height="10" {}
            rect class=(class) width=(part(amount, whole)) height="10" {}
        }
    }
}

/// From floor to expected: the floor filled, what lies above it lighter, a mark at the expected amount.
pub(super) fn range(amount: Range<Usd>, whole: Usd, class: &str) -> Markup {
    let (low, middle) = (part(amount.min, whole), part(amount.expected, whole));
    let mark = (middle - Decimal::new(8, 1)).max(Decimal::ZERO);
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track width="100" height="10" {}
            rect class=(class) width=(low) height="10" {}
            rect class={ (class) " above" } x=(low) width=(middle - low) height="10" {}
            rect.mark x=(mark) width="0.8" height="10" {}
        }
    }
}

/// Parts of a whole side by side, each with its class.
pub(super) fn stacked(parts: &[(Usd, String)], whole: Usd, label: &str) -> Markup {
    let mut at = Decimal::ZERO;
    let mut segments = Vec::new();
    for (amount, class) in parts {
        let width = part(*amount, whole).min(WHOLE - at);
        segments.push((at, width, class));
        at += width;
    }
    html! {
        svg.stack viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=(label) {
            @for (x, width, class) in segments {
                @if !width.is_zero() { rect class=(class) x=(x) width=(width) height="10" {} }
            }
        }
    }
}

/// Less to the left of the middle, more to the right, each of the same limit; what is longer ends in a notch.
pub(super) fn swing(less: Usd, more: Usd, limit: Usd) -> Markup {
    let half = Decimal::from(50);
    let width = |amount: Usd| (percent(amount, limit) / Decimal::TWO).clamp(Decimal::ZERO, half);
    let (left, right) = (width(less), width(more));
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track width="100" height="10" {}
            rect.less x=(half - left) width=(left) height="10" {}
            rect.more x="50" width=(right) height="10" {}
            @if more > limit { path.notch d="M97 0L95 10L96 10L98 0Z" {} }
            rect.mark x="49.7" width="0.6" height="10" {}
        }
    }
}
