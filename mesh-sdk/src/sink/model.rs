//! Every order in which two sinks of one group, their failures and their commits can come, tried out: the argument of
//! `docs/exactly-once.md`. What a sink decides is its own [`Ledger`]; the group, the tables and the network are modelled.

mod table;
mod world;

use stateright::{Checker, Model, Property};

use world::{Action, EVENTS, World};

/// How much may go wrong on the way.
struct Protocol {
    failures: u8,
    rebalances: u8,
    upgrades: u8,
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.failures, self.rebalances, self.upgrades)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        actions.extend(world.actions());
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        next.act(action);
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is stored twice", |_, world: &World| {
                (0..EVENTS).all(|event| world.places(event) <= 1)
            }),
            Property::always("what is done is stored", |_, world: &World| {
                (0..world.dataset.mark()).all(|event| world.places(event) == 1)
            }),
            Property::always(
                "what was put in again is stored once",
                |_, world: &World| {
                    let done = world.dataset.replayed() >= world.quarantine.replayed();
                    world.planned().all(|event| {
                        let times = world.dataset.times(event);
                        times <= 1 && (times == 1 || !done)
                    })
                },
            ),
            Property::eventually("everything is stored", |_, world: &World| world.is_done()),
            Property::sometimes("a sink is overtaken", |_, world: &World| world.overtaken),
            Property::sometimes("a commit lands late", |_, world: &World| world.landed),
        ]
    }
}

fn check(protocol: Protocol) -> usize {
    let checker = protocol.checker().spawn_bfs().join();
    checker.assert_properties();
    checker.unique_state_count()
}

#[test]
fn whatever_fails_every_event_is_stored_exactly_once() {
    let states = check(Protocol {
        failures: 2,
        rebalances: 2,
        upgrades: 0,
    });
    assert!(states > 1000, "{states}");
}

/// What was judged by one version of the contract before a crash is judged by another after it.
#[test]
fn a_contract_that_changes_between_two_commits_loses_and_repeats_nothing() {
    let states = check(Protocol {
        failures: 2,
        rebalances: 1,
        upgrades: 1,
    });
    assert!(states > 1000, "{states}");
}
