use super::super::Edge;
use super::{Ruler, Scale, coarse};

#[test]
fn bins_begin_at_round_numbers() {
    let ruler = Ruler::over(Scale::Number, 0.13, 1.94).unwrap();
    assert_eq!((ruler.from, ruler.step, ruler.bins), (0.1, 0.1, 19));
    assert_eq!(ruler.edge(2), Edge::Number(0.3));
    let ruler = Ruler::over(Scale::Integer, 1.0, 3.0).unwrap();
    assert_eq!((ruler.from, ruler.step, ruler.bins), (1.0, 1.0, 3));
    let ruler = Ruler::over(Scale::Date, 86_400.0, 86_400.0).unwrap();
    assert_eq!((ruler.step, ruler.bins), (86_400.0, 1));
    assert_eq!(Ruler::over(Scale::Number, 2.0, 2.0), None);
    assert_eq!(
        Ruler::over(Scale::Number, -1e300, 1e300).map(|_| ()),
        Some(())
    );
}

#[test]
fn numbers_are_told_no_finer_than_a_fiftieth_of_the_deviation() {
    assert_eq!(coarse(54.438_9, 9.04), 54.4);
    assert_eq!(coarse(246.69, 51.8), 246.0);
    assert_eq!(coarse(2019.4, 0.0), 2019.4);
}
