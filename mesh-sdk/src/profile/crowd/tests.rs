use super::{bins, tail};

#[test]
fn bins_are_put_together_until_each_holds_a_crowd_or_nobody() {
    let told = |counts: &[u64]| -> Vec<(usize, usize, u64)> {
        let told = bins(counts).into_iter();
        told.map(|(bins, rows)| (bins.start, bins.end, rows))
            .collect()
    };
    assert_eq!(told(&[10, 20]), [(0, 1, 10), (1, 2, 20)]);
    assert_eq!(told(&[3, 7, 20]), [(0, 2, 10), (2, 3, 20)]);
    assert_eq!(
        told(&[20, 0, 0, 15]),
        [(0, 1, 20), (1, 2, 0), (2, 3, 0), (3, 4, 15)]
    );
    assert_eq!(told(&[20, 0, 15, 4]), [(0, 1, 20), (1, 2, 0), (2, 4, 19)]);
    assert_eq!(told(&[20, 0, 4]), [(0, 3, 24)]);
    assert_eq!(told(&[4, 5]), []);
    assert_eq!(told(&[]), []);
}

#[test]
fn the_quantiles_at_the_ends_leave_a_crowd_beyond_them() {
    assert_eq!(tail(50), 0.2);
    assert_eq!(tail(1000), 0.01);
    assert_eq!(tail(1_000_000), 0.01);
}
