-- The minutes that somebody should look at. Each row comes from one minute and from nothing else, so that only new minutes need
-- to be read.
SELECT bracelet_id, window_start, window_end, readings, mean_heart_rate, category
FROM heart_rate_per_minute
WHERE category <> 'normal'
