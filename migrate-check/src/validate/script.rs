//! One file's text: its directives and its statements.

use migrate_sql::ast;
use migrate_sql::grammar::{self, Parsed};
use migrate_sql::splitter::{Analysis, analyse};

use crate::catalog::Catalog;
use crate::diagnostics::{Diagnostic, Span};
use crate::directives::{self, Allow, Alone, Directives, Place};
use crate::files::{Checksum, Content, Direction};
use crate::layouts::Section;
use crate::lint::{self, ParsedFile, Selection};
use crate::migration::{Behaviour, Procedures, Script, Statement, StatementKind, Transaction};
#[cfg(any(test, feature = "meaning"))]
use crate::resolve::{self, Resolver};
use crate::settings::{RuleNames, Settings, Syntax};

/// Judges file after file, in the order in which they run.
#[derive(Debug)]
pub(super) struct Judge<'j> {
    pub(super) settings: &'j Settings,
    pub(super) names: &'j RuleNames,
    /// The rules that are applied.
    pub(super) selection: Selection,
    /// What the files so far have made.
    pub(super) catalog: Catalog,
    /// What they have made of procedures that commit.
    pub(super) procedures: Procedures,
    /// Whether the rules about names are applied.
    #[cfg(any(test, feature = "meaning"))]
    pub(super) resolves: bool,
    /// What exists after the files so far, and which statements that rules out.
    #[cfg(any(test, feature = "meaning"))]
    pub(super) resolver: Resolver,
    /// What was found.
    pub(super) problems: Vec<Diagnostic>,
}

/// One file to judge on its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'f> {
    /// Its name.
    pub(super) name: &'f str,
    /// As diagnostics name it.
    pub(super) shown: &'f str,
    pub(super) content: &'f Content,
    /// Whether its layout says that it runs outside a transaction.
    pub(super) transaction: Transaction,
    /// What its name says, if that is right.
    pub(super) version: Option<i64>,
    pub(super) direction: Direction,
    /// Where the content begins in the file.
    #[cfg_attr(
        not(any(test, feature = "meaning")),
        expect(dead_code, reason = "only the rules over all files need it")
    )]
    pub(super) offset: usize,
}

/// One file, judged on its own.
#[derive(Debug)]
pub(super) struct Judged {
    /// What the runtime has to know of it.
    pub(super) script: Script,
    /// What it says about itself.
    pub(super) directives: Directives,
}

impl Judge<'_> {
    /// Judges a file. It runs outside a transaction if its layout or a directive says so.
    pub(super) fn judge(&mut self, file: &File<'_>) -> Judged {
        let shown = file.shown;
        let text = file.content.scannable();
        let (mut directives, found) = directives::read(shown, text, self.names);
        self.problems.extend(found);
        if file.transaction == Transaction::None {
            directives.transaction = file.transaction;
        }
        let analysis = analyse(text);
        let locate = |offset| locate(&analysis, offset);
        let found =
            directives::read_statement_level(shown, text, self.names, &mut directives, locate);
        self.problems.extend(found);
        let parsed = match self.settings.syntax {
            Syntax::On => grammar::parse(text, &analysis.tokens, &analysis.faults),
            Syntax::Off => Parsed::default(),
        };
        let behaviour = Behaviour::of(text, &analysis);
        let read = ast::statements(text, &analysis.tokens, &parsed);
        let file_read = ParsedFile {
            name: shown,
            text,
            analysis: &analysis,
            parsed: &parsed,
            statements: &read,
            behaviour: &behaviour,
            transaction: directives.transaction,
            settings: self.settings,
            version: file.version,
            direction: file.direction,
        };
        let verdict = lint::check(&file_read, self.selection, &mut self.catalog);
        self.problems.extend(verdict.findings);
        #[cfg(any(test, feature = "meaning"))]
        if self.resolves {
            self.resolver.read(&resolve::File {
                name: shown,
                text,
                tokens: &analysis.tokens,
                parsed: &parsed,
                direction: file.direction,
                version: file.version,
                offset: file.offset,
                is_quiet: lint::is_old(file.version, self.settings),
            });
        }
        let mut locks = verdict.locks.into_iter().peekable();
        let statements = analysis.statements.iter().zip(behaviour.classes);
        let mut statements: Vec<Statement> = statements
            .map(|(found, class)| {
                while locks
                    .next_if(|(start, _)| *start < found.range.start)
                    .is_some()
                {}
                let taken = locks.next_if(|(start, _)| *start < found.range.end);
                Statement {
                    range: found.range.clone(),
                    kind: class.kind,
                    locks: taken.map_or_else(Vec::new, |(_, locks)| locks),
                }
            })
            .collect();
        self.send_calls_alone(file, directives.transaction, &analysis, &mut statements);
        let found = alone(shown, &directives, &mut statements);
        self.problems.extend(found);
        let text = &file.content.text;
        let whole = Checksum::of(text);
        let essential = directives::remove(text, &directives.unsent);
        let script = Script {
            file: file.name.to_owned(),
            checksum: essential.as_deref().map_or(whole, Checksum::of),
            whole_checksum: essential.map(|_| whole),
            text: text.clone(),
            lines_before: None,
            transaction: directives.transaction,
            lock_timeout: directives.lock_timeout,
            flush: directives.flush.is_some(),
            changes_session: behaviour.changes_session,
            statements,
        };
        Judged { script, directives }
    }

    /// [`judge`](Self::judge)s one direction of a file that holds both. What is found is positioned in the
    /// file.
    pub(super) fn judge_section(&mut self, file: &File<'_>, section: &Section) -> Judged {
        let start = section.range.start;
        let part = file.content.part(section.range.clone(), &section.marks);
        let first = self.problems.len();
        let mut judged = self.judge(&File {
            content: &part,
            transaction: section.transaction,
            direction: section.direction,
            offset: start,
            ..*file
        });
        let shift = |span: &mut Span| *span = span.start + start..span.end + start;
        for problem in self.problems.iter_mut().skip(first) {
            problem.span.iter_mut().for_each(shift);
        }
        let directives = &mut judged.directives;
        directives.out_of_order.iter_mut().for_each(shift);
        directives.flush.iter_mut().for_each(shift);
        for Allow {
            span, statement, ..
        } in &mut directives.allows
        {
            shift(span);
            statement.iter_mut().for_each(shift);
        }
        let before = file.content.text.get(..start).unwrap_or_default();
        judged.script.lines_before = Some(before.matches('\n').count());
        judged
    }
}

impl Judge<'_> {
    /// Marks the calls of procedures that commit. What a down file defines holds for that file.
    fn send_calls_alone(
        &mut self,
        file: &File<'_>,
        transaction: Transaction,
        analysis: &Analysis,
        statements: &mut [Statement],
    ) {
        let text = file.content.scannable();
        let calls = match file.direction {
            Direction::Up => self.procedures.calls(text, analysis),
            Direction::Down => self.procedures.clone().calls(text, analysis),
        };
        if transaction == Transaction::None {
            for call in calls {
                if let Some(statement) = statements.get_mut(call) {
                    statement.kind = StatementKind::Committing;
                }
            }
        }
    }
}

/// Marks the statements that are to be sent alone, and reports where that has no effect. One that is known to refuse
/// a transaction is sent alone anyway.
fn alone(file: &str, directives: &Directives, statements: &mut [Statement]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for Alone { span, statement } in &directives.alone {
        let (message, help) = if directives.transaction == Transaction::Single {
            (
                "`alone` has no effect in a file that runs in one transaction",
                "move the statement to a file of its own that starts with `-- migrate: no-transaction`",
            )
        } else if let Some(below) = statements
            .iter_mut()
            .find(|below| statement.as_ref().is_none_or(|range| *range == below.range))
        {
            if below.kind == StatementKind::Transactional {
                below.kind = StatementKind::Committing;
            }
            continue;
        } else {
            (
                "`alone` has no effect here: it is not on a line of its own above a statement",
                "move it to the line above the statement that it is meant for",
            )
        };
        let problem = Diagnostic::error("misplaced-directive", file, message);
        problems.push(problem.at(span.clone()).help(help));
    }
    problems
}

/// Where a comment is, by the offset of its first byte.
fn locate(analysis: &Analysis, offset: usize) -> Place {
    let tokens = &analysis.tokens;
    let next = tokens.partition_point(|token| token.end <= offset);
    if tokens.get(next).is_some_and(|token| token.start <= offset) {
        return Place::Text;
    }
    let after = analysis
        .statements
        .partition_point(|statement| statement.range.end <= offset);
    match analysis.statements.get(after) {
        Some(statement) if offset < statement.range.start => Place::Above(statement.range.clone()),
        _ => Place::Nowhere,
    }
}
