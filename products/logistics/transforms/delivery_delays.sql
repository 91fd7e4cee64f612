-- Planned beside done: how late each delivered order came. An order that has not come is not here.
WITH plans AS (
    -- A later plan of the same order replaces the earlier one, and so does a later delivery.
    SELECT *, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY received_at DESC, event_id DESC) AS newest
    FROM planned_deliveries
),
arrivals AS (
    SELECT order_id, delivered_on,
           ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY received_at DESC, event_id DESC) AS newest
    FROM deliveries
)
SELECT p.order_id, p.site, p.country, p.vendor, p.shipment_mode, p.product_group,
       p.quantity, p.weight_kg, p.value_eur, p.distance_km, p.planned_lead_days,
       p.ordered_on, p.scheduled_on, a.delivered_on,
       a.delivered_on - p.scheduled_on AS delay_days,
       a.delivered_on - p.scheduled_on > 7 AS late
FROM plans p
JOIN arrivals a ON a.order_id = p.order_id AND a.newest = 1
WHERE p.newest = 1
  -- A slip of years in a date is no delay.
  AND a.delivered_on - p.scheduled_on BETWEEN -3650 AND 3650
