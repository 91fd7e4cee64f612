use super::in_the_background;

/// How willingly the calling thread gives way: the 19th field of its line, see proc(5).
fn niceness() -> i32 {
    let line = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let after_name = line.rsplit(')').next().unwrap();
    after_name
        .split_whitespace()
        .nth(16)
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn work_and_what_it_starts_give_way_and_nothing_else_does() {
    let before = niceness();
    let work = in_the_background("test", || {
        let child = std::thread::spawn(niceness);
        (niceness(), child.join().unwrap())
    });
    let (own, childs) = work.await.unwrap();
    assert!(own > before, "{own} is no lower than {before}");
    assert_eq!(childs, own);
    assert_eq!(niceness(), before);
}

#[tokio::test]
async fn work_that_panics_has_ended() {
    let ended = in_the_background("test", || panic!("on purpose")).await;
    assert!(ended.is_err());
}
