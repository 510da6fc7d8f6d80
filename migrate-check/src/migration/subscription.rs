//! Subscriptions: whether such a statement refuses a transaction block depends on its options, because
//! it does if it talks to the other server.

use migrate_sql::scanner::{Keyword as K, Reader};

use super::class::Class;
use super::options;

/// After `CREATE SUBSCRIPTION`. It creates a replication slot on the other server, unless told not to
/// or not to connect at all.
pub(super) fn classify_create(rest: &mut Reader<'_>) -> Option<Class> {
    rest.name()?;
    let mut connect = true;
    let mut create_slot = None;
    for (name, value) in read_with(rest) {
        match name.as_str() {
            "connect" => connect = value.is_true(),
            "create_slot" => create_slot = Some(value.is_true()),
            _ => {}
        }
    }
    create_slot
        .unwrap_or(connect)
        .then(|| Class::unrepeatable("CREATE SUBSCRIPTION … WITH (create_slot = true)"))
}

/// After `ALTER SUBSCRIPTION`.
pub(super) fn classify_alter(rest: &mut Reader<'_>) -> Option<Class> {
    rest.name()?;
    if rest.accept(K::Refresh) {
        return Some(Class::repeatable("ALTER SUBSCRIPTION … REFRESH"));
    }
    if rest.accept_all(&[K::Set, K::Publication]) {
        return refreshes(rest).then(|| Class::repeatable(WITH_REFRESH));
    }
    if rest.accept_any(&[K::Add, K::Drop]) && rest.accept(K::Publication) {
        return refreshes(rest).then(|| Class::unrepeatable(WITH_REFRESH));
    }
    if rest.accept(K::Set) && rest.accept_char(b'(') {
        for (name, value) in options::read(rest.bracketed()) {
            if name == "failover" {
                return Some(Class::repeatable("ALTER SUBSCRIPTION … SET (failover)"));
            }
            if name == "two_phase" && !value.is_true() {
                return Some(Class::repeatable("ALTER SUBSCRIPTION … SET (two_phase)"));
            }
        }
    }
    None
}

const WITH_REFRESH: &str = "ALTER SUBSCRIPTION with refresh";

/// The subscription that the statement takes its slot from, so that to drop it is a matter of this
/// server alone.
pub(super) fn detached(mut statement: Reader<'_>) -> Option<String> {
    if !statement.accept_all(&[K::Alter, K::Subscription]) {
        return None;
    }
    let name = statement.name()?;
    if !(statement.accept(K::Set) && statement.accept_char(b'(')) {
        return None;
    }
    options::read(statement.bracketed())
        .iter()
        .any(|(name, value)| name == "slot_name" && value.is_none())
        .then_some(name)
}

/// The subscription that the statement drops.
pub(super) fn dropped(mut statement: Reader<'_>) -> Option<String> {
    if !statement.accept_all(&[K::Drop, K::Subscription]) {
        return None;
    }
    statement.accept_all(&[K::If, K::Exists]);
    statement.name()
}

/// Whether a change of publications fetches their tables, which is the default.
fn refreshes(rest: &mut Reader<'_>) -> bool {
    read_with(rest)
        .iter()
        .filter(|(name, _)| name == "refresh")
        .all(|(_, value)| value.is_true())
}

/// The options after `WITH`.
fn read_with(rest: &mut Reader<'_>) -> Vec<(String, options::Value)> {
    if rest.seek(K::With) && rest.accept_char(b'(') {
        options::read(rest.bracketed())
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::migration::Behaviour;
    use crate::migration::StatementKind as Kind;

    #[track_caller]
    fn check(sql: &str, expected: &[Kind]) {
        let expected: Vec<&Kind> = expected.iter().collect();
        assert_eq!(Behaviour::of_text(sql).kinds(), expected, "{sql}");
    }

    #[test]
    fn a_new_subscription_creates_a_slot_unless_told_not_to() {
        let base = "CREATE SUBSCRIPTION s CONNECTION 'with (connect = false)' PUBLICATION p, q";
        for (options, expected) in [
            ("", Kind::Unrepeatable),
            ("WITH (copy_data = false)", Kind::Unrepeatable),
            ("WITH (create_slot)", Kind::Unrepeatable),
            ("WITH (create_slot = 'on', enabled = 0)", Kind::Unrepeatable),
            ("WITH (connect = false)", Kind::Transactional),
            (
                "WITH (enabled = off, CREATE_SLOT = off)",
                Kind::Transactional,
            ),
            ("WITH (create_slot = 0)", Kind::Transactional),
            ("WITH (\"create_slot\" = 'False')", Kind::Transactional),
        ] {
            check(&format!("{base} {options}"), &[expected]);
        }
    }

    #[test]
    fn a_changed_subscription_refuses_where_it_talks_to_the_other_server() {
        for (change, expected) in [
            ("REFRESH PUBLICATION", Kind::Repeatable),
            ("SET PUBLICATION p", Kind::Repeatable),
            ("SET PUBLICATION p WITH (refresh)", Kind::Repeatable),
            ("ADD PUBLICATION p", Kind::Unrepeatable),
            (
                "DROP PUBLICATION p WITH (copy_data = off)",
                Kind::Unrepeatable,
            ),
            (
                "SET PUBLICATION p WITH (refresh = false)",
                Kind::Transactional,
            ),
            (
                "ADD PUBLICATION p WITH (refresh = off)",
                Kind::Transactional,
            ),
            ("SET (failover = false)", Kind::Repeatable),
            ("SET (two_phase = false)", Kind::Repeatable),
            ("SET (two_phase = true)", Kind::Transactional),
            ("SET (streaming = on)", Kind::Transactional),
            ("ENABLE", Kind::Transactional),
            ("SKIP (lsn = NONE)", Kind::Transactional),
            ("OWNER TO CURRENT_USER", Kind::Transactional),
        ] {
            check(&format!("ALTER SUBSCRIPTION s {change}"), &[expected]);
        }
    }

    #[test]
    fn dropping_a_subscription_is_local_once_its_slot_is_taken_away() {
        check("DROP SUBSCRIPTION s", &[Kind::Unrepeatable]);
        check("DROP SUBSCRIPTION IF EXISTS s", &[Kind::Repeatable]);
        check(
            "ALTER SUBSCRIPTION S SET (slot_name = NONE); DROP SUBSCRIPTION s; DROP SUBSCRIPTION t",
            &[Kind::Transactional, Kind::Transactional, Kind::Unrepeatable],
        );
    }
}
