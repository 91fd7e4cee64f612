//! Clocks that are wrong, and clocks that go on while nothing comes.

use super::*;

const YEAR: i64 = 365 * 24 * 3600;

fn idle(windowing: Windowing) -> Windowing {
    Windowing {
        idle: Some(Duration::from_secs(60)),
        ..windowing
    }
}

#[tokio::test]
async fn a_device_whose_clock_is_ahead_makes_nobody_late() {
    let now = chrono::Utc::now().timestamp() - BASE;
    let mut bench = Bench::new().await;
    let refresher = bench.refresher(windowing(60, 60, 600, 0)).await;
    bench
        .arrive(&[("ana", now, 60), ("wrong", now + YEAR, 60)])
        .await;
    refresher.refresh().await.unwrap();
    let reached = watermark(&refresher).await.unwrap();
    let committed = chrono::Utc::now().timestamp() - BASE;
    assert!(reached <= committed - 600, "{reached} {committed}");
    bench
        .arrive(&[("ana", now - 300, 60), ("wrong", now + YEAR + 1, 60)])
        .await;
    refresher.refresh().await.unwrap();
    assert_eq!(state(&refresher).too_late, 0);
}

#[tokio::test]
async fn a_pause_ends_the_windows_that_have_rows_and_no_others() {
    let mut bench = Bench::new().await;
    let refresher = bench.refresher(idle(windowing(60, 60, 10, 0))).await;
    bench.arrive(&[("ana", 10, 60), ("ana", 130, 61)]).await;
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [0]);
    refresher.quiet.pass(Duration::from_secs(50));
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [0], "that was no pause");
    refresher.quiet.pass(Duration::from_secs(11));
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [0, 120]);
    assert_eq!(watermark(&refresher).await, Some(180));
    let version = refresher.dataset.info().version;
    refresher.quiet.pass(Duration::from_secs(3600));
    refresher.refresh().await.unwrap();
    assert_eq!(
        refresher.dataset.info().version,
        version,
        "there is nothing more to end"
    );
    // What a device kept during the pause is in time.
    bench.arrive(&[("ana", 200, 62), ("ana", 3000, 63)]).await;
    refresher.refresh().await.unwrap();
    assert_eq!(
        (starts(&refresher).await, state(&refresher).too_late),
        (vec![0, 120, 180], 0)
    );
}

#[tokio::test]
async fn a_pause_waits_for_the_end_of_the_window_and_for_the_delay() {
    let now = chrono::Utc::now().timestamp() - BASE;
    let mut bench = Bench::new().await;
    let refresher = bench.refresher(idle(windowing(3600, 3600, 600, 0))).await;
    bench.arrive(&[("ana", now, 60)]).await;
    refresher.refresh().await.unwrap();
    refresher.quiet.pass(Duration::from_secs(61));
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [0; 0]);
    refresher.quiet.pass(Duration::from_secs(3600 + 600));
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [now.div_euclid(3600) * 3600]);
}

/// Has the newest version of the readings be committed so many seconds from now, and restarts.
async fn committed_in(bench: &mut Bench, seconds: i64) {
    let version = bench.readings.info().version;
    let log = bench
        .folder
        .path()
        .join(format!("readings/_delta_log/{version:020}.json"));
    let commit = std::fs::read_to_string(&log).unwrap();
    let committed = bench.readings.info().updated_at.timestamp_millis();
    let said = format!("\"updatedAt\":{committed}");
    assert!(commit.contains(&said), "{commit}");
    let jumped = format!("\"updatedAt\":{}", committed + seconds * 1000);
    std::fs::write(log, commit.replace(&said, &jumped)).unwrap();
    bench.readings = dataset(bench.folder.path(), "readings", READINGS).await;
    let seen = bench.readings.info().updated_at.timestamp_millis();
    assert_eq!(seen, committed + seconds * 1000);
}

#[tokio::test]
async fn a_machine_whose_clock_jumps_loses_no_window_and_makes_none_twice() {
    let now = chrono::Utc::now().timestamp() - BASE;
    let minute = now.div_euclid(60) * 60;
    let mut bench = Bench::new().await;
    let of = windowing(60, 60, 0, 0);
    bench
        .arrive(&[("ana", minute - 300, 60), ("ana", minute - 240, 61)])
        .await;
    bench.refresher(of.clone()).await.refresh().await.unwrap();

    // A year back: the watermark stays where it is.
    bench.arrive(&[("ana", minute - 180, 62)]).await;
    committed_in(&mut bench, -YEAR).await;
    let refresher = bench.refresher(of.clone()).await;
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [minute - 300]);

    // A year ahead: it goes no further than the rows.
    bench.arrive(&[("ana", minute - 120, 63)]).await;
    committed_in(&mut bench, YEAR).await;
    let refresher = bench.refresher(of.clone()).await;
    refresher.refresh().await.unwrap();
    assert_eq!(watermark(&refresher).await, Some(minute - 120));

    bench.arrive(&[("ana", minute - 60, 64)]).await;
    let refresher = bench.refresher(of).await;
    refresher.refresh().await.unwrap();
    let expected: Rows = (0..4)
        .map(|nth| ("ana".to_owned(), minute - 300 + 60 * nth, 1, 60 + nth))
        .collect();
    assert_eq!(made(&refresher).await, expected);
    assert_eq!(state(&refresher).too_late, 0);
}
