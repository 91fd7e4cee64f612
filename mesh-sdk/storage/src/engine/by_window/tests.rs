use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, TimeUnit};

use crate::{check_windows, windowed};

/// What a statement over the windows of `beats` does that prevents them from being made one by one.
fn judged(sql: &str) -> Result<(), String> {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let rate = Field::new("rate", DataType::Int64, true);
    let at = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let beats = Schema::new(vec![text("who"), rate, Field::new("at", at, false)]);
    let people = Arc::new(Schema::new(vec![text("who"), text("ward")]));
    let tables = [("beats", windowed(&beats)), ("people", people)];
    check_windows(sql, &tables, "beats")
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
        .1
}

#[test]
fn statements_that_keep_windows_apart_are_made_one_by_one() {
    for sql in [
        "SELECT who, window_start, window_end, avg(rate) AS mean FROM beats GROUP BY who, window_start, window_end",
        "SELECT window_start, window_end, count(*) AS n FROM beats GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1",
        "SELECT who, window_start, max(window_end) AS e, b.window_end FROM beats b GROUP BY who, window_start, b.window_end",
        "WITH w AS (SELECT window_start AS s, window_end AS e, rate FROM beats WHERE rate > 3) \
         SELECT s AS window_start, e AS window_end, sum(rate) AS n FROM w GROUP BY s, e",
        "SELECT DISTINCT who, window_start, window_end FROM beats",
        "SELECT DISTINCT ON (who, window_start) who, window_start, window_end, rate FROM beats ORDER BY who, window_start, at",
        "SELECT window_start, window_end, rate, row_number() OVER (PARTITION BY window_start ORDER BY at) AS n FROM beats",
        "SELECT ward, window_start, window_end, count(*) AS n FROM beats JOIN people USING (who) \
         GROUP BY ward, window_start, window_end",
        "SELECT b.who, ward, window_start, window_end FROM beats b LEFT JOIN people p ON p.who = b.who",
        "SELECT window_start, window_end FROM (SELECT who FROM people LIMIT 3) p RIGHT JOIN beats b ON p.who = b.who",
        "SELECT window_start, window_end FROM beats WHERE who IN (SELECT who FROM people)",
        "SELECT a.window_start, a.window_end, b.n FROM beats a \
         JOIN (SELECT window_start, count(*) AS n FROM beats GROUP BY window_start) b ON a.window_start = b.window_start",
        "SELECT window_start, window_end FROM beats UNION ALL SELECT window_start, window_end FROM beats",
        "SELECT window_start, window_end, unnest(make_array(rate, 1)) AS n FROM beats",
    ] {
        assert_eq!(judged(sql), Ok(()), "{sql}");
    }
}

#[test]
fn statements_that_look_beyond_a_window_are_told_why_not() {
    for (sql, told) in [
        (
            "SELECT who, count(*) AS n FROM beats GROUP BY who",
            "it aggregates over several windows",
        ),
        (
            "SELECT max(window_start) AS window_start, max(window_end) AS window_end FROM beats",
            "it aggregates over several windows",
        ),
        (
            "SELECT window_start, rate FROM beats",
            "does not have the column window_end of beats as it is",
        ),
        (
            "SELECT window_start AS window_end, window_end AS window_start FROM beats",
            "does not have the column window_start of beats as it is",
        ),
        (
            "SELECT at AS window_start, window_end FROM beats",
            "does not have the column window_start of beats as it is",
        ),
        (
            "SELECT window_start, window_end, lag(rate) OVER (PARTITION BY who ORDER BY at) AS n FROM beats",
            "it uses a window function over several windows",
        ),
        (
            "SELECT window_start, window_end FROM beats LIMIT 5",
            "it limits the number of its rows",
        ),
        (
            "SELECT DISTINCT ON (who) who, window_start, window_end FROM beats",
            "it removes duplicates over several windows",
        ),
        (
            "SELECT a.window_start, a.window_end FROM beats a JOIN beats b ON a.who = b.who",
            "it joins beats with itself",
        ),
        (
            "SELECT p.who, window_start, window_end FROM people p LEFT JOIN beats b ON p.who = b.who",
            "rows of another dataset are there without a window",
        ),
        (
            "SELECT window_start, window_end FROM beats WHERE rate > (SELECT avg(rate) FROM beats)",
            "it has a query over beats within an expression",
        ),
        (
            "SELECT window_start, window_end, now() AS made FROM beats",
            "it calls now(), whose answer changes",
        ),
        ("SELECT who FROM people", "it does not read beats"),
        (
            "SELECT window_start, window_end FROM beats UNION ALL SELECT NULL, NULL FROM people",
            "it puts rows of beats and others together",
        ),
    ] {
        let refused = judged(sql).expect_err(sql);
        assert!(refused.contains(told), "{sql}: {refused}");
    }
}
