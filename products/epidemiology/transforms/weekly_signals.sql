-- What a week's counts say beside those of the weeks before it, of earlier years and of the other districts. A row looks at
-- its own week and earlier ones only, never at what came later.
WITH reports AS (
    -- A later report of the same week corrects the earlier one.
    SELECT district, year, week, cases, population,
           CAST(date_trunc('week', make_date(CAST(year AS INT), 1, 4)) AS DATE) + CAST(7 * (week - 1) AS INT) AS week_start,
           ROW_NUMBER() OVER (PARTITION BY district, year, week ORDER BY received_at DESC, event_id DESC) AS newest
    FROM weekly_cases
),
weeks AS (
    SELECT district, year, week, week_start, cases, population,
           100000.0 * cases / population AS incidence,
           -- Numbers the weeks without a break over the years, so that a missing week is a gap and no neighbour.
           (week_start - DATE '1970-01-05') / 7 AS week_number
    FROM reports
    -- The Thursday of an ISO week lies in its year: week 53 of a year that has 52 is none.
    WHERE newest = 1 AND (week <= 52 OR EXTRACT(YEAR FROM week_start + 3) = year)
),
beside_others AS (
    SELECT district, year, week, week_start, week_number, cases, population, incidence,
           100000.0 * (SUM(cases) OVER all_districts - cases)
               / NULLIF(SUM(population) OVER all_districts - population, 0) AS incidence_elsewhere
    FROM weeks
    WINDOW all_districts AS (PARTITION BY year, week)
),
compared AS (
    SELECT *, LN((incidence + 1.0) / (incidence_elsewhere + 1.0)) AS against_elsewhere
    FROM beside_others
),
signals AS (
    SELECT district, year, week, week_start, cases, population, incidence, incidence_elsewhere,
           -- Out of whole numbers: a mean that slides over fractions gathers their rounding and can fall below 0.
           100000.0 * SUM(cases) OVER last_week / SUM(population) OVER last_week AS previous_incidence,
           100000.0 * SUM(cases) OVER last_4_weeks / SUM(population) OVER last_4_weeks AS mean_4_weeks,
           100000.0 * SUM(cases) OVER earlier_years / SUM(population) OVER earlier_years AS earlier_years_incidence,
           against_elsewhere - AVG(against_elsewhere) OVER last_year AS excess
    FROM compared
    WINDOW last_week AS (PARTITION BY district ORDER BY week_number RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING),
           last_4_weeks AS (PARTITION BY district ORDER BY week_number RANGE BETWEEN 4 PRECEDING AND 1 PRECEDING),
           -- Without the last 4 weeks, in which an outbreak may have begun already.
           last_year AS (PARTITION BY district ORDER BY week_number RANGE BETWEEN 52 PRECEDING AND 5 PRECEDING),
           earlier_years AS (PARTITION BY district, week ORDER BY year ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT district, year, week, week_start, cases, population, incidence,
       previous_incidence, mean_4_weeks,
       LN((incidence + 1.0) / (mean_4_weeks + 1.0)) AS growth,
       earlier_years_incidence, incidence_elsewhere, excess,
       SIN(2.0 * PI() * week / 52.18) AS season_sin,
       COS(2.0 * PI() * week / 52.18) AS season_cos
FROM signals
