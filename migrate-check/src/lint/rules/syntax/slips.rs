//! Commas, semicolons and parentheses.

use migrate_sql::grammar::Symbol;

use super::case::Case;

const COMMA: Symbol = Symbol::named(",");
const OPEN: Symbol = Symbol::named("(");
const CLOSE: Symbol = Symbol::named(")");

/// A comma after the last item of a list, or two in a row.
pub(super) fn advise_on_comma(case: &Case<'_>) -> Option<String> {
    let before = case.error.checked_sub(1)?;
    if !case.token(before)?.is_char(b',') {
        return None;
    }
    let refused = case.shown(case.error);
    if case.survives(before..case.error, &[]) {
        return Some(format!("remove the comma before `{refused}`"));
    }
    let doubled = case.token(case.error)?.is_char(b',');
    doubled.then(|| "remove one of the two commas".to_owned())
}

/// The next statement begins, and the previous one has no semicolon.
pub(super) fn advise_on_semicolon(case: &Case<'_>) -> Option<String> {
    let token = case.token(case.error)?;
    let before = case.text.get(..token.start)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    let begins_line = line.chars().all(char::is_whitespace);
    let likely = begins_line && token.keyword().is_some() && case.is_between_statements();
    likely.then(|| {
        let refused = case.shown(case.error);
        format!("a semicolon is missing before `{refused}`")
    })
}

/// A quote inside a body of the same tag ends the body: `DO $$ … cron.schedule('a', '* * * * *', $$SELECT 1$$) … $$`.
pub(super) fn advise_on_inner_quote(case: &Case<'_>) -> Option<String> {
    let before = case.error.checked_sub(1)?;
    let body = case.written(before);
    if !body.starts_with('$') {
        return None;
    }
    let tag = body.get(..body.get(1..)?.find('$')? + 2)?;
    let inside = body.strip_prefix(tag)?.strip_suffix(tag)?.trim_end();
    // Where a string may follow, but no body ends.
    let wants_more =
        inside.ends_with([',', '(', '=', '|']) || inside.to_ascii_lowercase().ends_with("execute");
    wants_more.then(|| {
        let line = case.token(before).map_or(0, |token| case.line(token.end));
        let other = if tag == "$$" { "$body$" } else { "$outer$" };
        format!(
            "the `{tag}` in line {line} ends the body: write `{other}` at both ends of the body"
        )
    })
}

/// Two items of a list without a comma between them.
pub(super) fn advise_on_missing_comma(case: &Case<'_>) -> Option<String> {
    let refused = case.shown(case.error);
    let survives = case.survives(case.error..case.error, &[COMMA]);
    (!refused.is_empty() && survives).then(|| format!("a comma may be missing before `{refused}`"))
}

/// Unbalanced parentheses.
pub(super) fn advise_on_brackets(case: &Case<'_>) -> Option<String> {
    let mut open = Vec::new();
    for index in case.sentence.tokens.start..case.error {
        let token = case.token(index)?;
        if token.is_char(b'(') {
            open.push(token.start);
        } else if token.is_char(b')') {
            open.pop();
        }
    }
    let refused = case.shown(case.error);
    if case.error >= case.sentence.tokens.end {
        let line = case.line(*open.last()?);
        return Some(format!("the `(` in line {line} has no `)`"));
    }
    if case.token(case.error)?.is_char(b')') && open.is_empty() {
        return Some("this `)` has no `(`: remove it".to_owned());
    }
    if !open.is_empty() && case.survives(case.error..case.error, &[CLOSE]) {
        return Some(format!("a `)` may be missing before `{refused}`"));
    }
    if case.survives(case.error..case.error, &[OPEN]) {
        return Some(format!("a `(` may be missing before `{refused}`"));
    }
    None
}
