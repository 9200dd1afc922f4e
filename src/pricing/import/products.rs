//! The products that the Price List Query API answers with: each a JSON text with its terms beside it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::collect::{Collector, Head};
use super::json::{Product, Term, add_terms};
use super::{ImportError, Offer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    product: ItemProduct,
    version: String,
    publication_date: String,
    terms: Terms,
}

#[derive(Deserialize)]
struct ItemProduct {
    sku: String,
    #[serde(flatten)]
    product: Product,
}

#[derive(Deserialize)]
struct Terms {
    #[serde(default, rename = "OnDemand")]
    on_demand: BTreeMap<String, Term>,
}

/// Reads products of one service. All must be of one version of its list: AWS may publish a new one between two calls.
///
/// # Errors
/// [`ImportError`]: a product that cannot be read, products of two versions, or none with a price.
pub fn products(service: &str, items: &[String]) -> Result<Offer, ImportError> {
    let path = format!("prices of {service}");
    let error = |message: String| ImportError {
        path: path.clone(),
        line: None,
        message,
    };
    let items: Vec<Item> = items
        .iter()
        .map(|text| {
            serde_json::from_str(text).map_err(|e| error(format!("a product cannot be read: {e}")))
        })
        .collect::<Result<_, _>>()?;
    let Some(first) = items.first() else {
        return Err(error("AWS has no such price".to_owned()));
    };
    if let Some(other) = items.iter().find(|i| i.version != first.version) {
        return Err(error(format!(
            "AWS published version {} while version {} was being read; ask again",
            other.version, first.version
        )));
    }
    let mut collector = Collector::new(Head {
        service: service.to_owned(),
        version: first.version.clone(),
        published: first.publication_date.clone(),
    })
    .map_err(error)?;
    for item in &items {
        let sku = &item.product.sku;
        add_terms(
            &mut collector,
            sku,
            &item.product.product,
            &item.terms.on_demand,
        )
        .map_err(|message| error(format!("SKU {sku}: {message}")))?;
    }
    collector.finish(&path)
}
