use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{MemberId, Sharing};
use crate::Delivery;

/// Tells everybody everything, and lets go at once of what is revoked.
fn settle(sharing: &mut Sharing) -> usize {
    let mut revoked = 0;
    loop {
        let members: Vec<_> = sharing.members.iter().copied().collect();
        let mut quiet = true;
        for member in members {
            match sharing.tell(member) {
                Some(Delivery::Revoked(partitions)) => {
                    revoked += partitions.len();
                    sharing.release(member, &partitions);
                    quiet = false;
                }
                Some(_) => quiet = false,
                None => {}
            }
        }
        if quiet {
            return revoked;
        }
    }
}

fn holders(sharing: &Sharing) -> Vec<Option<MemberId>> {
    sharing.shares.iter().map(|share| share.holder).collect()
}

#[test]
fn one_that_joins_gets_its_part_from_those_who_have_most() {
    let mut sharing = Sharing::new(5);
    sharing.join();
    assert_eq!(settle(&mut sharing), 0);
    assert_eq!(holders(&sharing), [Some(1); 5]);
    sharing.join();
    assert_eq!(settle(&mut sharing), 2);
    assert_eq!(
        holders(&sharing),
        [Some(1), Some(1), Some(1), Some(2), Some(2)]
    );
    sharing.join();
    assert_eq!(settle(&mut sharing), 1);
    assert_eq!(
        holders(&sharing),
        [Some(1), Some(1), Some(3), Some(2), Some(2)]
    );
}

#[test]
fn what_is_revoked_is_nobody_elses_before_it_is_released() {
    let mut sharing = Sharing::new(2);
    let first = sharing.join();
    assert_eq!(sharing.tell(first), Some(Delivery::Assigned(vec![0, 1])));
    let second = sharing.join();
    assert_eq!(sharing.tell(second), None);
    assert_eq!(sharing.tell(first), Some(Delivery::Revoked(vec![1])));
    assert!(!sharing.has_news(second));
    sharing.release(first, &[1]);
    assert_eq!(sharing.tell(second), Some(Delivery::Assigned(vec![1])));
}

#[test]
fn what_is_wanted_back_before_it_was_released_is_assigned_again() {
    let mut sharing = Sharing::new(2);
    let first = sharing.join();
    settle(&mut sharing);
    let second = sharing.join();
    assert_eq!(sharing.tell(first), Some(Delivery::Revoked(vec![1])));
    sharing.leave(second);
    sharing.release(first, &[1]);
    assert_eq!(sharing.tell(first), Some(Delivery::Assigned(vec![1])));
}

#[derive(Clone, Debug)]
enum Step {
    Join,
    Leave(usize),
    /// One member is told what there is, and lets go of what it loses.
    Tell(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Join),
        any::<usize>().prop_map(Step::Leave),
        any::<usize>().prop_map(Step::Tell),
    ];
    proptest::collection::vec(step, 0..40)
}

proptest! {
    #[test]
    fn whoever_comes_and_goes_everything_is_shared_evenly_in_the_end(
        partitions in 1_u32..20,
        steps in steps(),
    ) {
        let mut sharing = Sharing::new(partitions);
        for step in steps {
            let members: Vec<_> = sharing.members.iter().copied().collect();
            let pick = |n: usize| members.get(n % members.len().max(1)).copied();
            match step {
                Step::Join => {
                    sharing.join();
                }
                Step::Leave(n) => {
                    if let Some(member) = pick(n) {
                        sharing.leave(member);
                    }
                }
                Step::Tell(n) => {
                    if let Some(member) = pick(n)
                        && let Some(Delivery::Revoked(lost)) = sharing.tell(member)
                    {
                        sharing.release(member, &lost);
                    }
                }
            }
        }
        settle(&mut sharing);
        let mut parts: BTreeMap<_, u32> = sharing.members.iter().map(|&it| (it, 0)).collect();
        for holder in holders(&sharing).into_iter().flatten() {
            *parts.get_mut(&holder).expect("only members hold partitions") += 1;
        }
        if let (Some(most), Some(least)) = (parts.values().max(), parts.values().min()) {
            prop_assert_eq!(parts.values().sum::<u32>(), partitions);
            prop_assert!(most - least <= 1, "{:?}", parts);
        }
    }
}
