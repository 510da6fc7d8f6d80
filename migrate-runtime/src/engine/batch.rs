//! Several migrations in one message, each in a transaction of its own.
//!
//! A round trip (locally, a context switch) costs more than a small migration itself, and so does the wait for a disk, so
//! migrations share a message, and its flush, while they are quick. One after a slow one goes alone, and so does the first of
//! a run that has few: a deployment, where it may be slow. Each still takes
//! the lock, checks the history and commits by itself. Which of them is running cannot be seen from here: observers
//! hear of all of them before, and of each with its own time after. Where one fails, those before it are committed,
//! those after it have not begun, and the run continues one by one from there.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use super::apply::{Attempt, up};
use super::history::History;
use super::plan::Step;
use super::sql::{self, Basis, Batch, Flushes, Message, ScriptRef};
use super::{Engine, signal};
use crate::session::{Row, SessionError};

/// After a message that took no longer than this, the next carries [`GROWTH`] times as many migrations.
const FAST: Duration = Duration::from_millis(50);
/// After any other, as many as take this long at the same pace.
const AIM: Duration = Duration::from_millis(100);
/// How quickly messages grow: the first say little about those that follow.
const GROWTH: usize = 4;
/// A message that has taken longer than this begins no further migration. So a request to stop waits for the migration
/// under way, and at most this long for others.
const SLOW: Duration = Duration::from_millis(200);
/// A run with more pending migrations than this begins with four in a message: next to a new database, or far from one.
const FEW: usize = 7;
/// The most migrations in one message: more save little, and at the pace at which a message grows they end before [`SLOW`].
const MAX_BATCH: usize = 128;
/// The most bytes of SQL in one message, which is held in memory several times.
const MAX_BYTES: usize = 256 * 1024;
/// `invalid_sql_statement_name`: a file has said `DEALLOCATE ALL`, and with it gone is what we had prepared.
const NOT_PREPARED: &str = "26000";

/// How many migrations the next message carries.
#[derive(Debug)]
pub(super) struct BatchSize {
    /// 0 before the first message.
    size: usize,
    most: usize,
    /// How long a message takes that does next to nothing.
    trip: Duration,
}

impl BatchSize {
    pub(super) fn new() -> Self {
        Self {
            size: 0,
            most: MAX_BATCH,
            trip: Duration::ZERO,
        }
    }

    /// Reading the history took this long.
    pub(super) fn set_round_trip(&mut self, took: Duration) {
        self.trip = took;
    }

    /// A message that has applied so many migrations took this long.
    pub(super) fn applied(&mut self, count: usize, took: Duration) {
        let work = took.saturating_sub(self.trip);
        let most = (self.size * GROWTH).min(self.most);
        if work <= FAST {
            self.size = most;
            return;
        }
        let in_time = AIM.as_micros().saturating_mul(count as u128) / work.as_micros();
        let in_time = usize::try_from(in_time).unwrap_or(usize::MAX);
        self.size = in_time.clamp(1, most.max(1));
    }

    /// From now on, one migration a message.
    pub(super) fn one_by_one(&mut self) {
        self.size = 1;
        self.most = 1;
    }

    /// The steps that the next message carries; at least one. A file that changes the session goes alone: it may
    /// change the settings that the others would be parsed with.
    pub(super) fn batch<'s, 'm>(&mut self, steps: &'s [Step<'m>]) -> &'s [Step<'m>] {
        if self.size == 0 {
            self.size = if steps.len() > FEW { 4 } else { 1 };
        }
        let mut bytes = 0;
        let fits = |step: &&Step<'_>| {
            let script = &step.migration.up;
            bytes += script.sql.len();
            script.transactional && !script.changes_session && !step.recorded && bytes <= MAX_BYTES
        };
        let count = steps.iter().take(self.size).take_while(fits).count();
        steps.get(..count.max(1)).unwrap_or(steps)
    }
}

/// How far a batch came.
#[derive(Debug)]
pub(super) struct Sent {
    /// How many of its migrations are applied.
    pub(super) done: usize,
    /// How the next has failed, as if it had been sent alone; None where that has to be tried.
    pub(super) failed: Option<Attempt>,
}

impl<'e> Engine<'e, '_> {
    /// Applies several migrations, as far as it goes.
    pub(super) async fn apply_together(&mut self, steps: &[Step<'e>], history: &History) -> Sent {
        let items: Vec<ScriptRef<'_>> = steps.iter().map(up).collect();
        let token = token();
        let mut basis = Basis::of(history);
        let flushes = if self.options.one_flush_per_migration {
            Flushes::Each
        } else {
            Flushes::Last
        };
        let limits = self.limits();
        let batch = Batch::new(self.table, &items, &basis, limits, SLOW, flushes, &token);
        self.start_batch(steps);
        self.session.must_be_restored(batch.forget.clone());
        let started = Instant::now();
        let sent = self
            .session
            .transact_counted(&batch.message.sql, &batch.settle, &batch.forget)
            .await;
        let elapsed = started.elapsed();
        // Which of them are committed, and will stay so.
        let mut known = true;
        let (took, failure) = match sent {
            Ok(reply) => {
                let took = read_commit_times(reply.rows(), &token, Ended::Whole);
                // All of it is committed, whether the session could count or not.
                let share = elapsed / u32::try_from(steps.len()).unwrap_or(u32::MAX).max(1);
                let took = (0..steps.len()).map(|at| took.get(at).copied().unwrap_or(share));
                (took.collect::<Vec<_>>(), None)
            }
            Err((failure, counted)) => {
                // After the commit of the last one the server only looked at its clock.
                let ended = if failure.asserts(sql::LATE) {
                    Ended::Late(elapsed)
                } else {
                    Ended::Early
                };
                known = counted.is_some() || failure.is_connection();
                let took = counted.map(|reply| read_commit_times(reply.rows(), &token, ended));
                (took.unwrap_or_default(), Some(failure))
            }
        };
        self.session.holds_nothing();
        for (step, took) in steps.iter().zip(&took) {
            self.applied(&step.migration, *took, 1);
        }
        let done = took.len().min(steps.len());
        match &failure {
            None => self.batch_size.applied(done, elapsed),
            // Another instance is at work, which says nothing about the files.
            Some(failure) if signal(self.table, failure).is_some() => {}
            Some(failure) if failure.asserts(sql::LATE) => {
                self.batch_size.applied(done, elapsed);
            }
            Some(_) => self.batch_size.one_by_one(),
        }
        // The next has not begun, or is to be tried in another way: nothing is to be told of it.
        let failure = failure
            .filter(|failure| known && !failure.asserts(sql::LATE) && !self.session.sends_singly());
        let failed = failure
            .zip(items.get(done))
            .and_then(|(mut failure, item)| {
                batch.message.locate_character(&mut failure);
                let applied = items.iter().take(done).map(|item| item.version);
                basis.newest = applied.fold(basis.newest, Ord::max);
                let single = sql::apply(self.table, *item, &basis, self.limits());
                let failure = alone(failure, &batch.message, &single, done)?;
                let elapsed = elapsed.saturating_sub(took.iter().sum());
                Some(Attempt { failure, elapsed })
            });
        Sent { done, failed }
    }
}

/// Distinguishes this message's commit count from one that an earlier, cancelled run left in the session.
fn token() -> String {
    // The standard library's keys are random for each process and differ for each call.
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// Where a batch ended, which says when the commit of its last migration was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// At its end, where the server's clock is read once more.
    Whole,
    /// Where the next migration would have begun, so long after the message was sent.
    Late(Duration),
    /// In the next migration: how much of the time was the commit's is not known.
    Early,
}

/// How long each of the applied ones took: from its start to the start of the next, so that its commit is its own.
fn read_commit_times(counted: &[Row], token: &str, ended: Ended) -> Vec<Duration> {
    // Files answer with rows as well, so it is known by what it says.
    let times = |row| Row::text(row, 0)?.strip_prefix(token);
    let Some((row, times)) = counted
        .iter()
        .rev()
        .find_map(|row| Some((row, times(row)?)))
    else {
        return Vec::new();
    };
    let mut took: Vec<Duration> = Vec::new();
    // When the one before began, and when it ended as far as is known.
    let mut last: Option<(u64, u64)> = None;
    for times in times.split_ascii_whitespace() {
        let (start, end) = times.split_once('-').unwrap_or((times, times));
        let [start, end] = [start, end].map(|time| time.parse::<u64>().unwrap_or_default());
        if let Some((started, _)) = last {
            took.push(Duration::from_micros(start.saturating_sub(started)));
        }
        last = Some((start, end));
    }
    if let Some((start, end)) = last {
        let end = match ended {
            Ended::Whole => row.number(3).unwrap_or(end),
            Ended::Late(after) => u64::try_from(after.as_micros()).unwrap_or(end),
            Ended::Early => end,
        };
        took.push(Duration::from_micros(end.saturating_sub(start)));
    }
    took
}

/// The failure of a batch, translated into the message `single` that holds only the migration at which it stopped.
/// None where that is not possible and the migration has to be sent again: the server parses a message whole, for
/// instance, so a file that it cannot parse stops the ones before it as well.
///
/// Example: the batch fails at character 5,310; the third file starts at 5,300 there and at 400 in `single`, so
/// the position becomes 410. The number of completed statements is shifted in the same way.
fn alone(
    mut failure: Box<SessionError>,
    batch: &Message,
    single: &Message,
    stopped: usize,
) -> Option<Box<SessionError>> {
    let (from, to) = (batch.segments.get(stopped)?, single.segments.first()?);
    let Some(error) = failure.database.as_mut() else {
        return Some(failure);
    };
    if let Some(position) = error.position {
        // Some servers count bytes; where that makes a difference, it is tried.
        let within = usize::try_from(position)
            .ok()?
            .checked_sub(from.characters_before + 1)?;
        if !batch.sql.is_ascii() || within > from.characters {
            return None;
        }
        error.position = u32::try_from(to.characters_before + within + 1).ok();
    } else if error.code == NOT_PREPARED {
        return None;
    }
    if let Some(completed) = failure.completed {
        let completed = (completed + to.statements_before).checked_sub(from.statements_before)?;
        failure.completed = Some(completed);
    }
    Some(failure)
}

#[cfg(test)]
mod tests {
    use super::{BatchSize, Ended, MAX_BATCH, read_commit_times};
    use crate::session::Reply;
    use std::time::Duration;

    #[test]
    fn a_batch_grows_while_migrations_are_quick() {
        let mut batch_size = BatchSize::new();
        let far = Duration::from_millis(300);
        batch_size.set_round_trip(far);
        let mut sizes = Vec::new();
        batch_size.batch(&[]);
        for _ in 0..6 {
            sizes.push(batch_size.size);
            batch_size.applied(batch_size.size, far + Duration::from_millis(5));
        }
        assert_eq!(sizes, [1, 4, 16, 64, MAX_BATCH, MAX_BATCH]);
        batch_size.applied(MAX_BATCH, far + Duration::from_millis(100));
        assert_eq!(batch_size.size, MAX_BATCH);
        batch_size.applied(1, far + Duration::from_secs(1));
        assert_eq!(batch_size.size, 1);
    }

    #[test]
    fn on_a_slow_server_batches_keep_the_size_that_takes_a_tenth_of_a_second() {
        let mut batch_size = BatchSize::new();
        batch_size.batch(&[]);
        let mut sizes = Vec::new();
        for _ in 0..6 {
            let count = batch_size.size;
            sizes.push(count);
            // A message that takes too long ends after 200 ms.
            let count = count.min(25);
            batch_size.applied(
                count,
                Duration::from_millis(8) * u32::try_from(count).unwrap(),
            );
        }
        assert_eq!(sizes, [1, 4, 16, 12, 12, 12]);
    }

    #[test]
    fn after_a_failure_each_goes_alone() {
        let mut batch_size = BatchSize::new();
        batch_size.batch(&[]);
        batch_size.applied(1, Duration::ZERO);
        batch_size.one_by_one();
        batch_size.applied(1, Duration::ZERO);
        assert_eq!(batch_size.size, 1);
    }

    #[test]
    fn only_the_commit_count_of_this_message_is_read() {
        let read = |text: &str, ended: Ended| {
            let mut reply = Reply::default();
            let row = [text, "", "", "120"].map(|value| Some(value.to_owned()));
            reply.push_row(row.to_vec());
            read_commit_times(reply.rows(), "0123", ended)
        };
        let times = |all: [u64; 2]| all.map(Duration::from_micros);
        // The first ends where the second begins, the second with the message, or as it is about to commit, or where the
        // third would have begun.
        assert_eq!(read("0123 10-40 50-90", Ended::Whole), times([40, 70]));
        assert_eq!(read("0123 10-40 50-90", Ended::Early), times([40, 40]));
        let late = Ended::Late(Duration::from_micros(300));
        assert_eq!(read("0123 10-40 50-90", late), times([40, 250]));
        assert_eq!(read("0123", Ended::Whole), []);
        assert_eq!(read("4567 10-40 50-90", Ended::Whole), []);
        assert_eq!(read_commit_times(&[], "0123", Ended::Whole), []);
    }
}
