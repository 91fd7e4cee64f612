use super::*;

fn windowing(size: i64, every: i64) -> Windowing {
    Windowing {
        over: "readings".to_owned(),
        time: "at".to_owned(),
        size,
        every,
        delay: 0,
        lateness: 100,
        idle: None,
    }
}

/// Every start of a window that `time` falls in, by its definition.
fn falls_in(windowing: &Windowing, time: i64) -> Vec<i64> {
    let near = time - 2 * windowing.size..time + 2 * windowing.size;
    near.filter(|start| start % windowing.every == 0)
        .filter(|start| (*start..start + windowing.size).contains(&time))
        .collect()
}

#[test]
fn a_time_falls_in_the_windows_that_have_begun_and_not_ended() {
    for (size, every) in [(10, 10), (30, 10), (12, 4)] {
        let windowing = windowing(size, every);
        for time in -70..70 {
            let starts = falls_in(&windowing, time);
            assert_eq!(starts.len() as i64, size / every);
            assert_eq!(windowing.last_end(time), starts[starts.len() - 1] + size);
            let from = time.div_euclid(every) * every;
            let of_its_span = windowing.starts(&(from..from + every));
            assert_eq!(
                (of_its_span.start, of_its_span.end - every),
                (starts[0], starts[starts.len() - 1])
            );
        }
    }
}

#[test]
fn a_window_is_closed_from_its_end_on_and_open_until_its_lateness_has_passed() {
    let windowing = windowing(30, 10);
    for watermark in -70..70_i64 {
        for start in (-300..300).filter(|start| start % 10 == 0) {
            let end = start + windowing.size;
            assert_eq!(start < windowing.closed(watermark), end <= watermark);
            assert_eq!(start < windowing.open(watermark), end + 100 <= watermark);
        }
        for time in watermark - 200..watermark {
            let oldest_end = falls_in(&windowing, time)[0] + windowing.size;
            let is_late = time < windowing.too_late_before(watermark);
            assert_eq!(is_late, oldest_end + 100 <= watermark);
        }
    }
}

#[test]
fn the_times_of_windows_are_those_that_fall_in_one_of_them() {
    let windowing = windowing(30, 10);
    let starts = -20..40;
    let times = windowing.times(&starts);
    for time in -100..100 {
        let mut falls = falls_in(&windowing, time).into_iter();
        assert_eq!(
            times.contains(&time),
            falls.any(|start| starts.contains(&start))
        );
    }
}

#[test]
fn lengths_are_told_apart_from_other_texts() {
    assert_eq!(length("10m"), Ok(Duration::from_secs(600)));
    assert_eq!(length("1h 30m"), Ok(Duration::from_secs(5400)));
    assert_eq!(length("250ms"), Ok(Duration::from_millis(250)));
    for wrong in ["", "10", "m", "-1s", "1 fortnight", "1000y"] {
        length(wrong).unwrap_err();
    }
}

#[test]
fn windows_that_do_not_meet_or_are_too_many_are_refused() {
    for (size, every, field) in [
        (60_000_000, 60_000_000, None),
        (60_000_000, 10_000_000, None),
        (300_000, 1_000, None),
        (301_000, 1_000, Some("every")),
        (60_000_000, 7_000_000, Some("every")),
        (10_000_000, 60_000_000, Some("every")),
        (0, 0, Some("size")),
        (1_500, 1_500, Some("size")),
        (60_000_000, 0, Some("every")),
    ] {
        let checked = check_lengths(size, every);
        assert_eq!(
            checked.err().map(|(field, _)| field),
            field,
            "{size} {every}"
        );
    }
}
