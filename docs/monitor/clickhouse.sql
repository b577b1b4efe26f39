-- The poor share of each site in each month, from what `basilar export --parquet lake/` wrote.
SELECT place, scale, toStartOfMonth(toDate(fromUnixTimestamp64Milli(started_ms))) AS month,
       countIf(verdict = 'poor') AS poor, countIf(verdict != 'unscored') AS scored, poor / scored AS share
FROM (
    SELECT *, decodeURLComponent(extract(_path, 'site=([^/]*)/')) AS place
    FROM file('lake/*/*/calls.parquet', Parquet)
)
GROUP BY place, scale, month HAVING scored > 0 ORDER BY share DESC;
