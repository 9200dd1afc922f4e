//! The JSON form: products by SKU, and their terms beside them.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

use super::collect::{Collector, Fields, Head};
use super::{ImportError, Offer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    format_version: String,
    offer_code: String,
    version: String,
    publication_date: String,
    products: BTreeMap<String, Product>,
    terms: Terms,
}

#[derive(Deserialize)]
pub(super) struct Product {
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    servicecode: String,
    usagetype: String,
    operation: String,
    #[serde(rename = "regionCode")]
    region: String,
    #[serde(rename = "fromRegionCode")]
    from_region: String,
    #[serde(rename = "toRegionCode")]
    to_region: String,
    capacitystatus: String,
}

/// Reserved terms and the like are read over.
#[derive(Deserialize)]
struct Terms {
    #[serde(default, rename = "OnDemand")]
    on_demand: BTreeMap<String, BTreeMap<String, Term>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Term {
    offer_term_code: Option<String>,
    price_dimensions: BTreeMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    #[serde(default)]
    description: String,
    #[serde(default)]
    begin_range: String,
    #[serde(default)]
    end_range: String,
    unit: String,
    price_per_unit: BTreeMap<String, String>,
}

pub(super) fn read(path: &str, input: &mut dyn Read) -> Result<Offer, ImportError> {
    let error = |line: Option<u64>, message: String| ImportError {
        path: path.to_owned(),
        line,
        message,
    };
    let file: File = serde_json::from_reader(input).map_err(|e| {
        let line = u64::try_from(e.line()).ok().filter(|line| *line > 0);
        let what = if e.is_eof() {
            "the file is cut off"
        } else {
            "this is no offer file"
        };
        error(line, format!("{what}: {e}"))
    })?;
    if file.format_version != "v1.0" {
        let message = format!(
            "the format is '{}', and only v1.0 can be read",
            file.format_version
        );
        return Err(error(None, message));
    }
    let mut collector = Collector::new(Head {
        service: file.offer_code,
        version: file.version,
        published: file.publication_date,
    })
    .map_err(|message| error(None, message))?;
    for (sku, terms) in &file.terms.on_demand {
        let Some(product) = file.products.get(sku) else {
            collector.leave_out("without a product");
            continue;
        };
        add_terms(&mut collector, sku, product, terms)
            .map_err(|message| error(None, format!("SKU {sku}: {message}")))?;
    }
    collector.finish(path)
}

/// Adds the prices of a product's on-demand terms.
///
/// # Errors
/// A sentence: a number that is none.
pub(super) fn add_terms(
    collector: &mut Collector,
    sku: &str,
    product: &Product,
    terms: &BTreeMap<String, Term>,
) -> Result<(), String> {
    let attributes = &product.attributes;
    for (name, term) in terms {
        // The term's name is SKU.TERM.
        let code = term
            .offer_term_code
            .as_deref()
            .or_else(|| name.split('.').nth(1))
            .unwrap_or_default();
        for dimension in term.price_dimensions.values() {
            let (currency, price) = dimension
                .price_per_unit
                .get_key_value("USD")
                .or_else(|| dimension.price_per_unit.first_key_value())
                .map_or(("", ""), |(c, p)| (c, p));
            collector.add(&Fields {
                service: &attributes.servicecode,
                sku,
                term: code,
                currency,
                region: &attributes.region,
                from_region: &attributes.from_region,
                to_region: &attributes.to_region,
                usage_type: &attributes.usagetype,
                operation: &attributes.operation,
                capacity_status: &attributes.capacitystatus,
                begin: &dimension.begin_range,
                end: &dimension.end_range,
                unit: &dimension.unit,
                price,
                description: &dimension.description,
            })?;
        }
    }
    Ok(())
}
