//! The exports and their columns.

/// The columns of one export that the query needs.
#[derive(Debug)]
pub(super) struct Layout {
    /// For people.
    pub(super) name: &'static str,
    pub(super) service: &'static str,
    pub(super) usage_type: &'static str,
    pub(super) region: &'static str,
    pub(super) unit: &'static str,
    pub(super) charge: &'static str,
    /// A column whose value `Correction` is a charge of its own.
    pub(super) class: Option<&'static str>,
    /// The tags as a map, or the owner as the SQL writes it.
    pub(super) tags: &'static str,
    /// When the charge began.
    pub(super) start: &'static str,
    /// When the billing month began; `None` where the rows are of one month.
    pub(super) period: Option<&'static str>,
    pub(super) quantity: &'static str,
    pub(super) cost: &'static str,
    /// The column of the cost of usage that a commitment covers, by the kind of charge.
    pub(super) covered: &'static [(&'static str, &'static str)],
    pub(super) currency: Option<&'static str>,
}

/// CUR 2.0. Source: <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html>.
pub(super) const CUR: Layout = Layout {
    name: "CUR 2.0",
    service: "line_item_product_code",
    usage_type: "line_item_usage_type",
    region: "product_region_code",
    unit: "pricing_unit",
    charge: "line_item_line_item_type",
    class: None,
    tags: "resource_tags",
    start: "line_item_usage_start_date",
    period: Some("bill_billing_period_start_date"),
    quantity: "line_item_usage_amount",
    cost: "line_item_unblended_cost",
    covered: &[
        (
            "SavingsPlanCoveredUsage",
            "savings_plan_savings_plan_effective_cost",
        ),
        ("DiscountedUsage", "reservation_effective_cost"),
    ],
    currency: Some("line_item_currency_code"),
};

/// FOCUS 1.2 with AWS's columns.
/// Source: <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-focus-1-2-aws-columns.html>.
pub(super) const FOCUS: Layout = Layout {
    name: "FOCUS 1.2",
    service: "x_ServiceCode",
    usage_type: "x_UsageType",
    region: "RegionId",
    unit: "PricingUnit",
    charge: "ChargeCategory",
    class: Some("ChargeClass"),
    tags: "Tags",
    start: "ChargePeriodStart",
    period: Some("BillingPeriodStart"),
    quantity: "PricingQuantity",
    cost: "EffectiveCost",
    covered: &[],
    currency: Some("BillingCurrency"),
};

/// What the SQL answers, as Athena writes it.
pub(super) const ANSWER: Layout = Layout {
    name: "the query's answer",
    service: "service",
    usage_type: "usage_type",
    region: "region",
    unit: "unit",
    charge: "charge",
    class: None,
    tags: "owner",
    start: "day",
    period: None,
    quantity: "quantity",
    cost: "cost",
    covered: &[],
    currency: None,
};

impl Layout {
    /// The export that has these columns; for a file that is none, what is missing.
    pub(super) fn of<'a>(
        columns: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<&'static Layout, String> {
        let has = |name: &str| columns.clone().any(|c| c == name);
        let all = [&CUR, &FOCUS, &ANSWER];
        let Some(layout) = all.into_iter().find(|l| has(l.usage_type)) else {
            return Err("is no bill that is known: CUR 2.0 has line_item_usage_type, FOCUS 1.2 of AWS has x_UsageType, Cost Explorer's CSV begins with 'Usage type'".to_owned());
        };
        let missing: Vec<&str> = layout.needed().filter(|c| !has(c)).collect();
        if missing.is_empty() {
            Ok(layout)
        } else {
            Err(format!(
                "is {} but has no column {}; export it too",
                layout.name,
                missing.join(", ")
            ))
        }
    }

    /// What cannot be missing.
    fn needed(&self) -> impl Iterator<Item = &'static str> {
        let columns = [
            self.service,
            self.usage_type,
            self.charge,
            self.tags,
            self.start,
            self.quantity,
            self.cost,
        ];
        columns.into_iter()
    }

    /// Every column that is read where it is there.
    #[cfg(feature = "bill")]
    pub(super) fn columns(&self) -> impl Iterator<Item = &'static str> {
        let optional = [
            Some(self.region),
            Some(self.unit),
            self.class,
            self.period,
            self.currency,
        ];
        self.needed()
            .chain(optional.into_iter().flatten())
            .chain(self.covered.iter().map(|(_, column)| *column))
    }
}
