//! The automaton, read from the C file bison writes.

use crate::Outcome;

/// bison's tables under bison's names, without the `yy`.
pub(super) struct Automaton {
    /// The state in which the input has been accepted.
    pub(super) accepting: i32,
    /// How many of `symbols` are terminals; they come first.
    pub(super) terminals: usize,
    /// Every symbol's name, by symbol number.
    pub(super) symbols: Vec<String>,
    /// By state: where its row starts in `table`, or `no_row`.
    pub(super) pact: Vec<i32>,
    /// The `pact` of a state that needs no look-ahead.
    pub(super) no_row: i32,
    /// By state: the rule to reduce where the row holds nothing; 0 for an error.
    pub(super) defact: Vec<i32>,
    /// By nonterminal: where its row starts in `table`.
    pub(super) pgoto: Vec<i32>,
    /// By nonterminal: where to go where the row holds nothing.
    pub(super) defgoto: Vec<i32>,
    /// Shift to a state (positive), reduce by a rule (negative), or `refusal`.
    pub(super) table: Vec<i32>,
    /// The entry of a token that may not follow (`%nonassoc`).
    pub(super) refusal: i32,
    /// Whose row an entry of `table` belongs to: the terminal's number, or the state's in goto rows.
    pub(super) check: Vec<i32>,
    /// By rule: its left side.
    pub(super) r1: Vec<i32>,
    /// By rule: how many symbols its right side has.
    pub(super) r2: Vec<i32>,
}

impl Automaton {
    /// Reads bison's C file.
    pub(super) fn read(program: &str) -> Outcome<Self> {
        let automaton = Self {
            accepting: read_define(program, "YYFINAL")?,
            terminals: usize::try_from(read_define(program, "YYNTOKENS")?)?,
            symbols: read_symbols(program)?,
            pact: read_array(program, "yypact")?,
            no_row: read_define(program, "YYPACT_NINF")?,
            defact: read_array(program, "yydefact")?,
            pgoto: read_array(program, "yypgoto")?,
            defgoto: read_array(program, "yydefgoto")?,
            table: read_array(program, "yytable")?,
            refusal: read_define(program, "YYTABLE_NINF")?,
            check: read_array(program, "yycheck")?,
            r1: read_array(program, "yyr1")?,
            r2: read_array(program, "yyr2")?,
        };
        let nonterminals = automaton.pgoto.len();
        if automaton.symbols.len() != automaton.terminals + nonterminals
            || automaton.table.len() != automaton.check.len()
            || automaton.pact.len() != automaton.defact.len()
            || automaton.r1.len() != automaton.r2.len()
        {
            return Err("bison's tables do not fit one another".into());
        }
        Ok(automaton)
    }
}

/// `#define NAME (-12)` or `#define NAME 12`.
fn read_define(program: &str, name: &str) -> Outcome<i32> {
    let value = program
        .lines()
        .find_map(|line| {
            let mut words = line.strip_prefix("#define ")?.split_whitespace();
            (words.next() == Some(name)).then(|| words.next())?
        })
        .ok_or_else(|| format!("bison's file defines no {name}"))?;
    Ok(value.trim_matches(['(', ')']).parse()?)
}

/// `… name[] = { 1, 2, 3 };`
fn read_array(program: &str, name: &str) -> Outcome<Vec<i32>> {
    let (_, rest) = program
        .split_once(&format!(" {name}[] ="))
        .ok_or_else(|| format!("bison's file holds no {name}"))?;
    let body = rest
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'));
    let (body, _) = body.ok_or_else(|| format!("{name} has no end"))?;
    let numbers = body.split(',').map(|number| number.trim().parse());
    numbers.collect::<Result<_, _>>().map_err(Into::into)
}

/// `YYSYMBOL_stmt = 546, /* stmt  */`, in order of number; `YYEMPTY` is none.
fn read_symbols(program: &str) -> Outcome<Vec<String>> {
    let (_, rest) = program
        .split_once("enum yysymbol_kind_t\n{")
        .ok_or("bison's file lists no symbols")?;
    let (list, _) = rest.split_once('}').unwrap_or((rest, ""));
    let mut symbols = Vec::new();
    for line in list.lines() {
        let Some((number, name)) = parse_symbol(line) else {
            continue;
        };
        if number != symbols.len() {
            return Err(format!("symbol {name} is out of order").into());
        }
        // bison's own names hold spaces (`end of file`) or quotes; ours are single words.
        let name = name.trim_matches('"').replace(' ', "_");
        symbols.push(name.trim_matches('\'').to_owned());
    }
    Ok(symbols)
}

/// The number and the name of one line of the list.
fn parse_symbol(line: &str) -> Option<(usize, &str)> {
    let (_, rest) = line.split_once(" = ")?;
    let (number, comment) = rest.split_once("/*")?;
    let (name, _) = comment.rsplit_once("*/")?;
    let number = number.trim().trim_end_matches(',');
    Some((number.parse().ok()?, name.trim()))
}
