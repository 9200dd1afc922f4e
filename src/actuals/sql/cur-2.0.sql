-- One billing month of a CUR 2.0 export, summed by what isms-cost compares with its estimate.
SELECT
  line_item_product_code AS service,
  line_item_usage_type AS usage_type,
  product_region_code AS region,
  pricing_unit AS unit,
  line_item_line_item_type AS charge,
  CASE
    WHEN {tag} IS NULL OR {tag} = '' THEN 'untagged'
    WHEN {tag} = {value} THEN 'environment'
    ELSE 'other'
  END AS owner,
  CAST(line_item_usage_start_date AS DATE) AS day,
  SUM(CAST(line_item_usage_amount AS DECIMAL(38, 12))) AS quantity,
  SUM(CAST(CASE line_item_line_item_type
    WHEN 'SavingsPlanCoveredUsage' THEN savings_plan_savings_plan_effective_cost
    WHEN 'DiscountedUsage' THEN reservation_effective_cost
    ELSE line_item_unblended_cost
  END AS DECIMAL(38, 12))) AS cost
FROM {table}
WHERE bill_billing_period_start_date = TIMESTAMP '{month}-01 00:00:00'
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
