//! The names that PostgreSQL chooses for indexes, constraints and sequences.

/// The longest name that PostgreSQL keeps, in bytes.
const LONGEST: usize = 63;

/// As much of a name as fits, cut between characters.
fn clip(name: &str, longest: usize) -> &str {
    let mut end = longest.min(name.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default()
}

/// `table_column_label`, shortened as `makeObjectName` does: the longer of the two names first.
pub(super) fn object_name(table: &str, column: Option<&str>, label: &str) -> String {
    let fixed = label.len() + 1 + usize::from(column.is_some());
    let available = LONGEST.saturating_sub(fixed);
    let mut first = table.len();
    let mut second = column.map_or(0, str::len);
    while first + second > available {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let mut name = clip(table, first).to_owned();
    if let Some(column) = column {
        name.push('_');
        name.push_str(clip(column, second));
    }
    name.push('_');
    name.push_str(label);
    name
}

/// The columns of a key in one word, as `ChooseIndexNameAddition` makes it.
pub(super) fn join<'n>(columns: impl IntoIterator<Item = &'n str>) -> String {
    let mut joined = String::new();
    for column in columns {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(column);
        if joined.len() > LONGEST {
            break;
        }
    }
    clip(&joined, LONGEST).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{join, object_name};

    #[test]
    fn chosen_names_are_shortened_as_postgresql_does() {
        assert_eq!(object_name("users", None, "pkey"), "users_pkey");
        assert_eq!(
            object_name("users", Some("email"), "key"),
            "users_email_key"
        );
        let long = "a".repeat(50);
        let name = object_name(&long, Some(&"b".repeat(40)), "fkey");
        assert_eq!(name, format!("{}_{}_fkey", "a".repeat(29), "b".repeat(28)));
        assert_eq!(join(["a", "b"]), "a_b");
    }
}
