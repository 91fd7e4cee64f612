-- The orders that have to be fast: by air, with three weeks or less. Each row comes from one plan and from nothing else, so
-- that only new plans need to be read.
SELECT event_id AS plan_id, order_id, site, country, vendor, shipment_mode, product_group,
       quantity, weight_kg, value_eur, CASE WHEN weight_kg >= 0.001 THEN value_eur / weight_kg END AS value_eur_per_kg,
       planned_lead_days, scheduled_on
FROM planned_deliveries
WHERE shipment_mode IN (1, 3) AND planned_lead_days <= 21
