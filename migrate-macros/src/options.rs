//! `order = numeric, table = "…", lint(deny = "…")`: the options, each at most once, in any order.

use migrate_check::settings::judge_name;
use migrate_check::{Layout, Order, Settings, Syntax, nearest};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Lit, LitStr, Token, token};

use crate::problem::Problem;

/// Every option there is.
const KNOWN: [&str; 7] = [
    "layout",
    "order",
    "table",
    "schema",
    "syntax",
    "lint",
    "start_after",
];

/// What the options say, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) problems: Vec<Problem>,
    /// The options that were given, known or not.
    pub(crate) seen: Vec<String>,
}

impl Options {
    /// Reads the rest of the input: a comma before each option, perhaps one at the end.
    ///
    /// # Errors
    /// Where it cannot be told where the next option starts. Everything else goes to `problems`.
    pub(crate) fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            self.read_one(input)?;
            if input.is_empty() {
                break;
            }
            input.parse::<Token![,]>()?;
        }
        Ok(())
    }

    fn read_one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected the name of an option"));
        }
        let name = input.call(Ident::parse_any)?;
        let mut option = name.unraw().to_string();
        // Its old name, which still works.
        if option == "since" {
            "start_after".clone_into(&mut option);
        }
        let is_list = option == "lint" && input.peek(token::Paren);
        if !is_list && !input.peek(Token![=]) {
            return Err(input.error(format!("expected `=` and a value after `{option}`")));
        }
        if !is_list {
            input.parse::<Token![=]>()?;
        }
        if self.seen.contains(&option) {
            self.complain(
                name.span(),
                format!("option `{option}` is given twice"),
                "keep one of them",
            );
        }
        match option.as_str() {
            "layout" => self.read_layout(input)?,
            "order" => self.read_order(input)?,
            "syntax" => self.read_syntax(input)?,
            "lint" if is_list => self.read_lint(input)?,
            "lint" => {
                skip_value(input)?;
                self.complain(
                    name.span(),
                    "`lint` is given in parentheses".to_owned(),
                    "write `lint(deny = \"…\", warn = \"…\", allow = \"…\")`",
                );
            }
            "start_after" => self.read_start_after(input)?,
            "table" => {
                let (table, span) = read_string(input, &option)?;
                self.judge_table(&table, span);
                self.settings.table.name = table;
            }
            "schema" => {
                let (schema, span) = read_string(input, &option)?;
                self.judge_name("schema", &schema, span);
                self.settings.table.schema = schema;
            }
            _ => {
                skip_value(input)?;
                let help = match nearest(&option, KNOWN) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("the options are `{}`", KNOWN.join("`, `")),
                };
                self.complain(name.span(), format!("unknown option `{option}`"), help);
            }
        }
        self.seen.push(option);
        Ok(())
    }

    fn read_order(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let help = "`order = alphabetical` (the default) or `order = numeric`";
        if let Some(order) = self.read_word(input, "order", ["alphabetical", "numeric"], help)? {
            match order.to_string().as_str() {
                "alphabetical" => self.settings.order = Order::Alphabetical,
                "numeric" => self.settings.order = Order::Numeric,
                other => self.complain(order.span(), format!("unknown order `{other}`"), help),
            }
        }
        Ok(())
    }

    fn read_syntax(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let help = "`syntax = on` (the default) or `syntax = off`";
        if let Some(syntax) = self.read_word(input, "syntax", ["on", "off"], help)? {
            match syntax.to_string().as_str() {
                "on" => self.settings.syntax = Syntax::On,
                "off" => self.settings.syntax = Syntax::Off,
                other => self.complain(syntax.span(), format!("unknown syntax `{other}`"), help),
            }
        }
        Ok(())
    }

    /// Reads the value of an option that is a word; None if it is something else.
    fn read_word(
        &mut self,
        input: ParseStream<'_>,
        option: &str,
        words: [&str; 2],
        help: &str,
    ) -> syn::Result<Option<Ident>> {
        if input.peek(Ident::peek_any) {
            return input.call(Ident::parse_any).map(Some);
        }
        let [one, other] = words;
        let problem = input.error(format!("expected `{one}` or `{other}` after `{option} =`"));
        skip_value(input)?;
        self.problems.push(Problem::from(problem).help(help));
        Ok(None)
    }

    fn read_layout(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let all = Layout::ALL.map(Layout::option);
        let help = format!("the layouts are `{}`", all.join("`, `"));
        if !input.peek(Ident::peek_any) {
            let problem = input.error("expected the name of a layout after `layout =`");
            skip_value(input)?;
            self.problems.push(Problem::from(problem).help(help));
            return Ok(());
        }
        let layout = input.call(Ident::parse_any)?;
        let name = layout.to_string();
        let Some(named) = Layout::named(&name) else {
            let help = match nearest(&name, all.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => help,
            };
            self.complain(layout.span(), format!("unknown layout `{name}`"), help);
            return Ok(());
        };
        self.settings.layout = named;
        Ok(())
    }

    fn judge_table(&mut self, table: &str, span: Span) {
        match table.split_once('.') {
            Some((schema, name)) if !schema.is_empty() && !name.is_empty() => self.complain(
                span,
                format!("`{table}` is not the name of a table"),
                format!("name the schema apart: `schema = {schema:?}, table = {name:?}`"),
            ),
            _ => self.judge_name("table", table, span),
        }
    }

    fn judge_name(&mut self, what: &str, name: &str, span: Span) {
        if let Err((message, help)) = judge_name(what, name) {
            self.complain(span, message, help);
        }
    }

    fn complain(&mut self, span: Span, message: String, help: impl Into<String>) {
        self.problems.push(Problem::new(span, message).help(help));
    }
}

fn read_string(input: ParseStream<'_>, option: &str) -> syn::Result<(String, Span)> {
    match input.fork().parse::<Lit>() {
        Ok(Lit::Str(_)) => {
            let string: LitStr = input.parse()?;
            Ok((string.value(), string.span()))
        }
        _ => Err(input.error(format!("expected a string literal after `{option} =`"))),
    }
}

/// Passes over the value of an option nobody knows, up to the next comma.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
