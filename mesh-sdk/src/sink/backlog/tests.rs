use super::{Backlog, Congested, OF_PROCESS, OF_PRODUCT, Room};

#[test]
fn a_product_takes_no_more_room_than_is_its_own() {
    let first = Room::of_process();
    let second = first.of_product();
    let taken = first.take(OF_PRODUCT - 10).ok().unwrap();
    assert_eq!(first.take(11).err(), Some(Congested::Requests));
    assert!(first.take(10).is_ok());
    assert!(second.take(OF_PRODUCT).is_ok());
    drop(taken);
    assert!(first.take(OF_PRODUCT).is_ok());
}

#[test]
fn all_products_share_the_room_of_the_process() {
    let process = Room::of_process();
    let products: Vec<Room> = (0..OF_PROCESS / OF_PRODUCT + 1)
        .map(|_| process.of_product())
        .collect();
    let taken: Vec<_> = products.iter().map(|room| room.take(OF_PRODUCT)).collect();
    let refused = taken.iter().filter(|taken| taken.is_err()).count();
    assert_eq!(refused, 1);
}

#[test]
fn a_request_larger_than_all_the_room_is_taken_alone() {
    let room = Room::of_process();
    let taken = room.take(usize::MAX);
    assert!(taken.is_ok() && room.take(1).is_err());
}

#[test]
fn events_are_accepted_until_as_many_wait_as_may() {
    let backlog = Backlog::new(10);
    assert_eq!(backlog.accept(9), Ok(()));
    assert_eq!(backlog.accept(5), Ok(()));
    assert_eq!(backlog.accept(1), Err(Congested::Backlog { waiting: 14 }));
    backlog.gone(5);
    assert_eq!(backlog.accept(1), Ok(()));
    backlog.measured(3);
    assert_eq!(backlog.accept(1), Ok(()));
    backlog.gone(100);
    assert_eq!(backlog.accept(1), Ok(()));
}
