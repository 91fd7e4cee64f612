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
compared AS (
    SELECT district, year, week, week_start, week_number, cases, population, incidence,
           100000.0 * (SUM(cases) OVER (PARTITION BY year, week) - cases)
               / NULLIF(SUM(population) OVER (PARTITION BY year, week) - population, 0) AS incidence_elsewhere
    FROM weeks
),
signals AS (
    SELECT district, year, week, week_start, cases, population, incidence, incidence_elsewhere,
           AVG(incidence) OVER (
               PARTITION BY district ORDER BY week_number RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING
           ) AS previous_incidence,
           AVG(incidence) OVER (
               PARTITION BY district ORDER BY week_number RANGE BETWEEN 4 PRECEDING AND 1 PRECEDING
           ) AS mean_4_weeks,
           AVG(incidence) OVER (
               PARTITION BY district, week ORDER BY year ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS earlier_years_incidence,
           LN((incidence + 1.0) / (incidence_elsewhere + 1.0)) AS against_elsewhere,
           -- Without the last 4 weeks, in which an outbreak may have begun already.
           AVG(LN((incidence + 1.0) / (incidence_elsewhere + 1.0))) OVER (
               PARTITION BY district ORDER BY week_number RANGE BETWEEN 52 PRECEDING AND 5 PRECEDING
           ) AS usually_against_elsewhere
    FROM compared
)
SELECT district, year, week, week_start, cases, population, incidence,
       previous_incidence, mean_4_weeks,
       LN((incidence + 1.0) / (mean_4_weeks + 1.0)) AS growth,
       earlier_years_incidence, incidence_elsewhere,
       against_elsewhere - usually_against_elsewhere AS excess,
       SIN(2.0 * PI() * week / 52.18) AS season_sin,
       COS(2.0 * PI() * week / 52.18) AS season_cos
FROM signals
