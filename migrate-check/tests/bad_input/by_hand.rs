//! Help that a test cannot follow, because a person has to decide something.

/// What only a person can do: words of the help, and why they are not followed here.
pub(crate) const BY_HAND: &[(&str, &str)] = &[
    (
        "give the user who builds permission to read it",
        "a copy cannot hold what cannot be read; the test that meets it follows it",
    ),
    (
        "renumber whichever",
        "which of the two ran is known to databases only",
    ),
    (
        "use `no-transaction`, `out-of-order`",
        "a list to choose from",
    ),
    (
        "use only the letters A to Z, digits, `_`, `-` and `.`",
        "the name is the author's to choose",
    ),
    (
        "move the statements that revert",
        "which statements these are is the author's to say",
    ),
    (
        "rename it before it is applied anywhere",
        "the right moment is the author's to say",
    ),
    (
        "rename it so that its version has",
        "which digit is too many is the author's to say",
    ),
    (
        "rename it in the tool's history table",
        "a table of another tool",
    ),
    (
        "rename it, or move it out of the directory",
        "the name is the author's to choose",
    ),
    (
        "rename or delete one of the two",
        "which of them is the author's to say",
    ),
    (
        "delete one of the two",
        "which of them is the author's to say",
    ),
    (
        "use a shorter number",
        "the number is the author's to choose",
    ),
    (
        "put its number and `_` in front",
        "the number is the author's to choose",
    ),
    ("run `migrate rules`", "a list to choose from"),
    ("run `migrate check` to see", "shows more"),
    (
        "run `migrate adopt`",
        "needs the database: tested with the histories of each tool",
    ),
    (
        "name the directory that holds",
        "where it is, is the author's to say",
    ),
    (
        "name a directory, such as",
        "where it is, is the author's to say",
    ),
    (
        "name the directory from the one",
        "where it is, is the author's to say",
    ),
    ("the path is relative to", "an explanation"),
    (
        "correct the link",
        "where it should lead is the author's to say",
    ),
    ("if this crate is published", "an explanation"),
    (
        "migrations are regular files",
        "special files are not copied here",
    ),
    ("check that it is intact", "the file is damaged"),
    (
        "make sure that the directory of the crate exists",
        "about the machine",
    ),
    (
        "split it into several migrations",
        "where to split is the author's to say",
    ),
    (
        "save the file as UTF-8",
        "an editor has to know the encoding it was written in",
    ),
    ("write the rows as `INSERT", "about the data"),
    ("replace it in all", "the value is the author's to choose"),
    ("is a placeholder", "the value is the author's to choose"),
    (
        "change lines",
        "belongs to the advice about the first of them",
    ),
    ("fix the statement", "what was meant is the author's to say"),
    (
        "move it to the file that applies this version",
        "belongs to two files",
    ),
    (
        "give the history table another name",
        "the name is the author's to choose",
    ),
    (
        "if version",
        "an option of the macro, tested where it is read",
    ),
    (
        "it is a statement of PostgreSQL",
        "which server it is for is the author's to say",
    ),
    (
        "if a fork, an extension or a newer PostgreSQL",
        "which server it is for is the author's to say",
    ),
    (
        "write it as an escape",
        "whether it is data is the author's to say",
    ),
    (
        "put a space after the number",
        "what was meant is the author's to say",
    ),
    (
        "to the line above the statement that it is meant for",
        "which statement is the author's to say",
    ),
    (
        "name it in parentheses",
        "which rule is the author's to say",
    ),
    ("say why this is safe", "the reason is the author's"),
    (
        "if something outside of this directory makes it",
        "which of them, the author knows; each of the three is tried where names are tested",
    ),
    (
        "choose another name, or alter what",
        "the name is the author's to choose",
    ),
    (
        "choose one of the columns there",
        "which column is the author's to say",
    ),
    (
        "correct or delete the statement",
        "what was meant is the author's to say",
    ),
    (
        "give each row",
        "which value is wrong is the author's to say",
    ),
    (
        "delete the statement, or undo the drop",
        "which of the two is the author's to say",
    ),
];
