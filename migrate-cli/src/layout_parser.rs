//! `--layout`: the name of a layout, in the spelling of the settings file or in that of `embed_migrations!`.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use migrate_check::Layout;

/// Takes `flyway-dotted` and `flyway_dotted`, and lists the former.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LayoutParser;

impl TypedValueParser for LayoutParser {
    type Value = Layout;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        if let Some(layout) = value.to_str().and_then(Layout::named) {
            return Ok(layout);
        }
        let names = PossibleValuesParser::new(Layout::ALL.map(Layout::name));
        let parsed = names.parse_ref(command, arg, value)?;
        Layout::named(&parsed).ok_or_else(|| Error::new(ErrorKind::InvalidValue))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(
            Layout::ALL
                .into_iter()
                .map(|layout| PossibleValue::new(layout.name())),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use clap::Command;
    use clap::builder::TypedValueParser as _;
    use migrate_check::Layout;

    use super::LayoutParser;

    #[test]
    fn both_spellings_are_taken_and_others_are_refused_with_the_names() {
        let parse =
            |name: &str| LayoutParser.parse_ref(&Command::new("migrate"), None, OsStr::new(name));
        for layout in Layout::ALL {
            assert_eq!(parse(layout.name()).unwrap(), layout);
            assert_eq!(parse(&layout.option()).unwrap(), layout);
        }
        let refused = parse("liquibase").unwrap_err().to_string();
        assert!(refused.contains("flyway-dotted"), "{refused}");
    }
}
