//! Prices from the AWS Price List: single usage types by query, whole services by file.

use aws_sdk_pricing::Client;
use aws_sdk_pricing::types::{Filter, FilterType};

use super::{Aws, LiveError, notice};

/// One usage type of one service in one region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Service code, for example `AmazonECS`.
    pub service: String,
    /// Region; `global` for what has none.
    pub region: String,
    /// Usage type, for example `EUW2-Fargate-GB-Hours`.
    pub usage_type: String,
}

/// The Price List Query API.
#[derive(Debug)]
pub struct PriceSource<'a> {
    aws: &'a Aws,
    client: Client,
}

impl<'a> PriceSource<'a> {
    /// A client of a connection.
    pub fn new(aws: &'a Aws) -> Self {
        let config = aws_sdk_pricing::config::Builder::from(aws.config())
            .interceptor(notice())
            .build();
        PriceSource {
            aws,
            client: Client::from_conf(config),
        }
    }

    /// The products of a usage type with their terms: each a JSON text, all pages.
    ///
    /// # Errors
    /// [`LiveError`]; nothing of a half answer is given out.
    pub fn products(&self, wanted: &Wanted) -> Result<Vec<String>, LiveError> {
        let filter = |field: &str, value: &str| {
            Filter::builder()
                .r#type(FilterType::TermMatch)
                .field(field)
                .value(value)
                .build()
                .map_err(|e| LiveError(format!("pricing:GetProducts: {e}")))
        };
        let mut request = self
            .client
            .get_products()
            .service_code(&wanted.service)
            .format_version("aws_v1")
            .filters(filter("usagetype", &wanted.usage_type)?);
        if wanted.region != "global" {
            // Data transfer has the regions of its two ends instead.
            let field = if wanted.service == "AWSDataTransfer" {
                "fromRegionCode"
            } else {
                "regionCode"
            };
            request = request.filters(filter(field, &wanted.region)?);
        }
        let call = async {
            let mut pages = request.into_paginator().send();
            let mut products = Vec::new();
            while let Some(page) = pages.next().await {
                products.extend(page?.price_list().iter().cloned());
            }
            Ok(products)
        };
        self.aws
            .wait(call)
            .map_err(|e| LiveError::of("pricing:GetProducts", &e))
    }

    /// The address of a service's whole price file of a region, as CSV, at the latest version.
    ///
    /// # Errors
    /// [`LiveError`]; also where AWS has no such list.
    pub fn file_url(&self, service: &str, region: &str) -> Result<String, LiveError> {
        let now = aws_smithy_types::DateTime::from(std::time::SystemTime::now());
        let list = self
            .client
            .list_price_lists()
            .service_code(service)
            .region_code(region)
            .currency_code("USD")
            .effective_date(now)
            .send();
        let lists = self
            .aws
            .wait(list)
            .map_err(|e| LiveError::of("pricing:ListPriceLists", &e))?;
        let arn = lists
            .price_lists()
            .first()
            .and_then(|l| l.price_list_arn())
            .ok_or_else(|| {
                LiveError(format!(
                    "pricing:ListPriceLists: there is no price list of {service} in {region}"
                ))
            })?;
        let url = self
            .client
            .get_price_list_file_url()
            .price_list_arn(arn)
            .file_format("csv")
            .send();
        let answer = self
            .aws
            .wait(url)
            .map_err(|e| LiveError::of("pricing:GetPriceListFileUrl", &e))?;
        answer.url().map(str::to_owned).ok_or_else(|| {
            LiveError("pricing:GetPriceListFileUrl: the answer has no address".to_owned())
        })
    }
}

/// What a book's rows of a service and region have to be asked for again: usage types of the price list. Fargate Spot
/// and derived prices are in no price list and have sources of their own.
pub fn price_lists<'r>(
    region: &str,
    rows: impl Iterator<Item = &'r crate::pricing::Row>,
) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = rows
        .filter(|row| row.confidence != "derived" && !row.usage_type.contains("SpotUsage"))
        .map(|row| Wanted {
            service: row.service.clone(),
            region: region.to_owned(),
            usage_type: row.usage_type.clone(),
        })
        .collect();
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Downloads a price file; the address needs no credentials.
///
/// # Errors
/// [`LiveError`]: it cannot be reached, or the answer is no file.
pub fn download(url: &str) -> Result<Vec<u8>, LiveError> {
    /// The largest list of a region (EC2) has some 400 MB as CSV.
    const LONGEST: u64 = 2 << 30;
    let failed = |message: String| LiveError(format!("{url}: {message}"));
    let mut answer = ureq::get(url).call().map_err(|e| failed(e.to_string()))?;
    answer
        .body_mut()
        .with_config()
        .limit(LONGEST)
        .read_to_vec()
        .map_err(|e| failed(format!("the file is cut off: {e}")))
}
