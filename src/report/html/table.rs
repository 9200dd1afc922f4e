//! Parts that tables share.

use maud::{Markup, html};

use super::Page;
use crate::pricing::Usd;
use crate::report::exact;

/// A place that scrolls sideways by itself where a table is wider than the page; reachable by keyboard.
pub(super) fn scroll(label: &str, table: Markup) -> Markup {
    html! { div.scroll role="region" aria-label=(label) tabindex="0" { (table) } }
}

/// A cell with an amount, sorted by its exact value.
pub(super) fn amount(page: &Page<'_>, amount: Usd) -> Markup {
    let exact = exact(page.estimate.currency.convert(amount));
    html! { td.n data-v=(exact) { (page.money(amount)) } }
}

/// A cell with a difference: green less, red more, and the sign says it too.
pub(super) fn difference(page: &Page<'_>, amount: Usd) -> Markup {
    let exact = exact(page.estimate.currency.convert(amount));
    let class = match amount.cmp(&Usd::ZERO) {
        std::cmp::Ordering::Greater => "n up",
        std::cmp::Ordering::Less => "n down",
        std::cmp::Ordering::Equal => "n",
    };
    html! { td class=(class) data-v=(exact) { (page.signed(amount)) } }
}

/// An environment's name with its colour.
pub(super) fn environment(index: usize, name: &str) -> Markup {
    html! { span class={ "env e" (index % 6) } { (name) } }
}
