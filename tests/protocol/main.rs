//! The protocol of history and journal, explored completely: two instances that apply and one that reverts, a death
//! between any two messages and after any, a statement that fails, and the person who removes the reason.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod actor;
mod database;
mod engine;
mod explore;
mod model;

use explore::{Event, World, explore};
use model::{Kind, Protocol, WHOLE};

/// Explores from every beginning; the first breach, and how many states there are.
fn search(protocol: Protocol) -> (usize, Option<(&'static str, Vec<Event>)>) {
    let mut states = 0;
    for mistake in [true, false] {
        for kind in [Kind::Index, Kind::Unseen] {
            let first = World::without_a_table(mistake, kind);
            let later = (0..=3).map(|applied| World::new(applied, mistake, kind));
            for world in later.chain([first]) {
                let explored = explore(protocol, kind, world);
                states += explored.states;
                if let Some(breach) = explored.breach {
                    return (states, Some(breach));
                }
            }
        }
    }
    (states, None)
}

/// Without this part of the protocol, this is what happens.
fn finds(protocol: Protocol, wanted: &str) {
    let (states, breach) = search(protocol);
    let Some((breach, way)) = breach else {
        panic!("{states} states, and no breach in any of them");
    };
    assert_eq!(breach, wanted, "{way:#?}");
}

#[test]
fn nothing_that_can_happen_breaks_a_promise() {
    let (states, breach) = search(WHOLE);
    assert_eq!(breach, None);
    // If a part of the model can no longer be reached, there are fewer.
    assert!(states > 800_000, "{states} states");
}

#[test]
fn where_the_newest_version_alone_is_compared_a_file_is_applied_over_a_half_reverted_one() {
    finds(
        Protocol {
            compares_state: false,
            ..WHOLE
        },
        "a newer migration is applied over one that is half-done or missing",
    );
}

#[test]
fn where_a_failed_statement_counts_as_interrupted_it_is_recorded_as_applied() {
    finds(
        Protocol {
            records_failures: false,
            compares_definitions: false,
            ..WHOLE
        },
        "a migration is recorded as applied, and its effect is not there",
    );
}

#[test]
fn where_a_name_is_enough_a_lost_answer_is_recorded_as_applied() {
    finds(
        Protocol {
            compares_definitions: false,
            ..WHOLE
        },
        "a migration is recorded as applied, and its effect is not there",
    );
}

#[test]
fn where_failures_are_not_recorded_a_person_is_asked_what_the_server_has_said() {
    finds(
        Protocol {
            records_failures: false,
            ..WHOLE
        },
        "a person is asked where nothing was lost",
    );
}

#[test]
fn where_no_lock_guards_a_journal_two_instances_get_in_each_other_s_way() {
    finds(
        Protocol {
            locks: false,
            ..WHOLE
        },
        "a migration is recorded as applied, and its effect is not there",
    );
}
