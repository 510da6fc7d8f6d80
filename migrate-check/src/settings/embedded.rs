//! Settings as a text that a program embeds: `syntax=off start_after=7 warn=idempotent`.
//!
//! It holds only what differs from the default, so that most programs embed nothing. The history table is not part
//! of it: a program embeds that anyway.

use crate::layouts::Layout;
use crate::settings::{Level, Order, RuleNames, Settings, Syntax};

const LEVELS: [(&str, Level); 3] = [
    ("allow", Level::Allow),
    ("warn", Level::Warn),
    ("deny", Level::Deny),
];

impl Settings {
    /// The settings as a text.
    pub fn to_text(&self) -> String {
        let mut words = Vec::new();
        if self.layout != Layout::default() {
            words.push(format!("layout={}", self.layout.name()));
        }
        if self.order == Order::Numeric {
            words.push("order=numeric".to_owned());
        }
        if self.syntax == Syntax::Off {
            words.push("syntax=off".to_owned());
        }
        if let Some(version) = self.start_after {
            words.push(format!("start_after={version}"));
        }
        for (rule, level) in &self.lint.levels {
            let name = LEVELS.iter().find(|(_, known)| known == level);
            words.extend(name.map(|(name, _)| format!("{name}={rule}")));
        }
        words.join(" ")
    }
}

/// Reads such a text; what it does not know, it leaves out.
pub(crate) fn read(text: &str, rules: &RuleNames) -> Settings {
    let mut settings = Settings::default();
    for (key, value) in text.split(' ').filter_map(|word| word.split_once('=')) {
        let level = LEVELS.iter().find(|(name, _)| *name == key);
        if let Some((_, level)) = level {
            let mut known = rules.allowable.iter().chain(&rules.fixed);
            if let Some(rule) = known.find(|rule| **rule == value) {
                settings.lint.set(rule, *level);
            }
            continue;
        }
        match key {
            "layout" => settings.layout = Layout::named(value).unwrap_or_default(),
            "order" => settings.order = Order::Numeric,
            "syntax" => settings.syntax = Syntax::Off,
            "start_after" => settings.start_after = value.parse().ok(),
            _ => {}
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::layouts::Layout;
    use crate::settings::{Level, Order, RuleNames, Settings, Syntax};

    #[test]
    fn settings_come_back_as_they_were_and_the_default_takes_no_byte() {
        let rules = RuleNames {
            allowable: vec!["rename", "idempotent"],
            fixed: Vec::new(),
            left_out: vec!["unknown-name"],
        };
        assert_eq!(Settings::default().to_text(), "");
        for layout in Layout::ALL {
            let mut settings = Settings {
                layout,
                order: Order::Numeric,
                syntax: Syntax::Off,
                start_after: Some(-7),
                ..Settings::default()
            };
            settings.lint.set("rename", Level::Deny);
            settings.lint.set("idempotent", Level::Warn);
            settings.lint.set("rename", Level::Allow);
            assert_eq!(read(&settings.to_text(), &rules), settings);
        }
        assert_eq!(read("", &rules), Settings::default());
    }
}
