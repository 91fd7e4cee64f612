-- What the heart rates of a bracelet come to in each minute. The limits of the categories, and who says so, are in the contract.
WITH minutes AS (
    SELECT bracelet_id, window_start, window_end,
           COUNT(*) AS readings,
           AVG(heart_rate) AS mean_heart_rate,
           MIN(heart_rate) AS min_heart_rate,
           MAX(heart_rate) AS max_heart_rate
    FROM heart_rates
    GROUP BY bracelet_id, window_start, window_end
)
SELECT bracelet_id, window_start, window_end, readings, mean_heart_rate, min_heart_rate, max_heart_rate,
       CASE WHEN mean_heart_rate < 50 THEN 'bradycardia'
            WHEN mean_heart_rate > 100 THEN 'tachycardia'
            ELSE 'normal' END AS category
FROM minutes
