-- The poor share of each site in each week, with its 95 % interval (Wilson), from what `basilar export --parquet lake/` wrote.
WITH weeks AS (
    SELECT site, scale, date_trunc('week', day::DATE) AS week,
           count(*) FILTER (verdict = 'poor') AS poor, count(*) FILTER (verdict <> 'unscored') AS scored
    FROM read_parquet('lake/*/*/calls.parquet', hive_partitioning = true)
    GROUP BY site, scale, week
)
SELECT week, site, scale, scored, poor, poor / scored AS share,
       (share + 1.9208 / scored - 1.96 * sqrt(share * (1 - share) / scored + 0.9604 / scored / scored)) / (1 + 3.8416 / scored) AS low,
       (share + 1.9208 / scored + 1.96 * sqrt(share * (1 - share) / scored + 0.9604 / scored / scored)) / (1 + 3.8416 / scored) AS high
FROM weeks WHERE scored > 0 ORDER BY low DESC;
