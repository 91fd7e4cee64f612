use rdkafka::Statistics;

use super::Sight;

/// Statistics of a client that knows brokers of these sources.
fn statistics(sources: &[&str]) -> Statistics {
    let broker = |source: &&str| rdkafka::statistics::Broker {
        source: (*source).to_owned(),
        ..Default::default()
    };
    let named = sources
        .iter()
        .map(|source| ((*source).to_owned(), broker(source)));
    Statistics {
        brokers: named.collect(),
        ..Statistics::default()
    }
}

/// Lets a client seem to have forgotten every broker.
pub(in crate::kafka) fn lose(sight: &Sight) {
    for _ in 0..2 {
        sight.told(&statistics(&["internal", "logical"]));
    }
}

#[tokio::test]
async fn a_client_is_lost_once_it_has_known_no_broker_for_a_while() {
    let sight = Sight::default();
    sight.told(&statistics(&["internal", "configured"]));
    sight.told(&statistics(&["internal", "logical"]));
    assert!(!sight.is_lost(), "it may learn them again");
    sight.told(&statistics(&["internal", "learned"]));
    sight.told(&statistics(&["internal", "logical"]));
    assert!(!sight.is_lost());
    sight.told(&statistics(&[]));
    assert!(sight.is_lost());
    sight.lost().await;
}
