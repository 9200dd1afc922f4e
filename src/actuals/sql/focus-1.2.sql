-- One billing month of a FOCUS 1.2 export with AWS's columns, summed by what isms-cost compares with its estimate.
SELECT
  x_ServiceCode AS service,
  x_UsageType AS usage_type,
  RegionId AS region,
  PricingUnit AS unit,
  CASE WHEN ChargeClass = 'Correction' THEN 'Correction' ELSE ChargeCategory END AS charge,
  CASE
    WHEN {tag} IS NULL OR {tag} = '' THEN 'untagged'
    WHEN {tag} = {value} THEN 'environment'
    ELSE 'other'
  END AS owner,
  CAST(ChargePeriodStart AS DATE) AS day,
  SUM(CAST(PricingQuantity AS DECIMAL(38, 12))) AS quantity,
  SUM(CAST(EffectiveCost AS DECIMAL(38, 12))) AS cost
FROM {table}
WHERE BillingPeriodStart = TIMESTAMP '{month}-01 00:00:00'
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
