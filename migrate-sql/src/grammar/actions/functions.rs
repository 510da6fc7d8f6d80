//! Functions and aggregates, and calls of them.

use super::{Site, Verdict, refuse_at};
use crate::grammar::symbol::symbol;
use crate::grammar::tree::Node;

/// The word of a parameter that gives something back, e.g. `INOUT`.
fn is_output(class: &Node<'_>) -> bool {
    class.child(symbol!("OUT_P")).is_some() || class.child(symbol!("INOUT")).is_some()
}

/// `CREATE FUNCTION f(OUT a int) RETURNS TABLE (…)`.
pub(super) fn judge_table_function(site: &Site<'_>) -> Verdict {
    let arguments = site.find(symbol!("func_args_with_defaults"));
    let (Some(_), Some(arguments)) = (site.find(symbol!("TABLE")), arguments) else {
        return Ok(());
    };
    for argument in arguments.find_all(symbol!("func_arg")) {
        if argument
            .child(symbol!("arg_class"))
            .is_some_and(|class| is_output(&class))
        {
            return refuse_at(
                &argument,
                "OUT and INOUT arguments aren't allowed in TABLE functions",
            );
        }
    }
    Ok(())
}

/// An aggregate has no output parameters.
pub(super) fn judge_aggregate_argument(site: &Site<'_>) -> Verdict {
    let class = site
        .part(1)
        .and_then(|argument| argument.child(symbol!("arg_class")));
    match class {
        Some(class) if is_output(&class) => {
            site.refuse(1, "aggregates cannot have output arguments")
        }
        _ => Ok(()),
    }
}

/// `(VARIADIC a ORDER BY VARIADIC a)`: both must be the same.
pub(super) fn judge_ordered_set(site: &Site<'_>) -> Verdict {
    let arguments = |number| {
        let list: Option<Node<'_>> = site.part(number);
        list.map(|list| list.items(symbol!("aggr_arg")))
            .unwrap_or_default()
    };
    let (direct, ordered) = (arguments(2), arguments(5));
    let (Some(last), Some(first)) = (direct.last(), ordered.first()) else {
        return Ok(());
    };
    if !is_variadic(last) {
        return Ok(());
    }
    let of_same_type = type_words(site, last) == type_words(site, first);
    if ordered.len() == 1 && is_variadic(first) && of_same_type {
        return Ok(());
    }
    refuse_at(
        first,
        "an ordered-set aggregate with a VARIADIC direct argument must have one VARIADIC aggregated argument of the same data type",
    )
}

fn is_variadic(argument: &Node<'_>) -> bool {
    let mut classes = argument.find_all(symbol!("arg_class"));
    classes.any(|class| class.child(symbol!("VARIADIC")).is_some())
}

/// An argument's type, word by word.
fn type_words(site: &Site<'_>, argument: &Node<'_>) -> Vec<String> {
    let kind = argument.find(symbol!("func_type"));
    let words = kind.iter().flat_map(Node::descendants);
    let words = words.filter(|node| node.symbol().is_terminal());
    words.map(|word| site.name(&word)).collect()
}

/// `f(a ORDER BY b) WITHIN GROUP (ORDER BY c)`.
pub(super) fn judge_within_group(site: &Site<'_>) -> Verdict {
    let call = site.part(1);
    let (Some(_), Some(call)) = (site.find(symbol!("within_group_clause")), call) else {
        return Ok(());
    };
    for (part, message) in [
        (
            symbol!("opt_sort_clause"),
            "cannot use multiple ORDER BY clauses with WITHIN GROUP",
        ),
        (symbol!("DISTINCT"), "cannot use DISTINCT with WITHIN GROUP"),
        (symbol!("VARIADIC"), "cannot use VARIADIC with WITHIN GROUP"),
    ] {
        if call.child(part).is_some_and(|part| !part.is_empty()) {
            return site.refuse(2, message);
        }
    }
    Ok(())
}

/// `numeric(a => 1) '1'`: to the grammar this is a call before a string.
pub(super) fn judge_type_modifier(site: &Site<'_>) -> Verdict {
    let modifiers = site
        .part(3)
        .map(|list| list.items(symbol!("func_arg_expr")));
    for modifier in modifiers.unwrap_or_default() {
        if modifier.child(symbol!("param_name")).is_some() {
            return refuse_at(&modifier, "type modifier cannot have parameter name");
        }
    }
    match site.find(symbol!("opt_sort_clause")) {
        Some(clause) => refuse_at(&clause, "type modifier cannot have ORDER BY"),
        None => Ok(()),
    }
}
