use super::*;

#[test]
fn a_threshold_lies_between_neighbouring_values_and_keeps_them_apart() {
    let values = [3.0, 1.0, f32::MAX, 1.0, f32::MIN, 0.1, 0.1f32.next_up()];
    let column = Column::new(&values);
    assert_eq!(column.thresholds.len(), 5);
    for (value, bin) in values.iter().zip(&column.bins) {
        let above = column.thresholds.iter().filter(|t| value <= t).count();
        assert_eq!(usize::from(*bin), column.thresholds.len() - above);
    }
    assert_eq!(column.bins, [4, 3, 5, 3, 0, 1, 2]);
}

#[test]
fn many_values_are_cut_into_ranges_of_about_as_many_rows() {
    let values: Vec<f32> = (0..100_000).map(|i| (i as f32).sqrt()).collect();
    let column = Column::new(&values);
    let mut counts = [0; 256];
    column
        .bins
        .iter()
        .for_each(|&bin| counts[usize::from(bin)] += 1);
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    assert!(*least > 350 && *most < 430, "{least} to {most}");
}

#[test]
fn a_value_that_most_rows_have_takes_no_other_ranges_away() {
    let values: Vec<f32> = (0..10_000)
        .map(|i| if i < 9_000 { 0.0 } else { i as f32 })
        .collect();
    let column = Column::new(&values);
    assert!(column.thresholds.len() > 20, "{}", column.thresholds.len());
}
