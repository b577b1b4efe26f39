//! Which site, trunk and endpoint a call belongs to, by networks, user agents and number prefixes.

use super::settings::Rule;
use crate::table::{Cells, text};
use std::net::{IpAddr, SocketAddr};

/// What rules look at in the row of a direction.
pub(super) struct Traits {
    /// The source and the destination.
    addresses: [Option<IpAddr>; 2],
    user_agent: String,
    /// The caller and the called.
    numbers: [String; 2],
}

impl Traits {
    pub fn of(cells: &Cells, user_agent: String) -> Self {
        Self {
            addresses: ["source", "destination"].map(|column| address(&text(cells.get(column)))),
            user_agent,
            numbers: ["from", "to"].map(|column| text(cells.get(column))),
        }
    }

    /// The first rule that fits: by where the direction comes from before by where it goes.
    pub fn name<'a>(&self, rules: &'a [Rule]) -> Option<&'a str> {
        if rules.is_empty() {
            return None;
        }
        let by = |end: usize| rules.iter().find(|rule| self.fits(rule, end));
        by(0).or_else(|| by(1)).map(|rule| rule.name.as_str())
    }

    fn fits(&self, rule: &Rule, end: usize) -> bool {
        let network = rule.networks.is_empty()
            || self.addresses[end]
                .is_some_and(|at| rule.networks.iter().any(|network| network.holds(at)));
        let agent = rule.user_agents.is_empty()
            || rule.user_agents.iter().any(|pattern| matches(pattern, &self.user_agent));
        let number = rule.numbers.is_empty()
            || rule.numbers.iter().any(|prefix| self.numbers[end].starts_with(prefix.as_str()));
        network && agent && number
    }
}

/// The address in `10.0.0.1:4000`, `[::1]:4000` or without a port.
fn address(text: &str) -> Option<IpAddr> {
    text.parse::<SocketAddr>().map(|socket| socket.ip()).or_else(|_| text.parse()).ok()
}

/// Whether a text is as a pattern says, in which `*` stands for anything; letters in upper and lower case are alike.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::Settings;
    use serde_json::json;

    fn settings(text: &str) -> Settings {
        Settings::parse("test.toml", text).unwrap()
    }

    fn traits(source: &str, destination: &str, agent: &str, from: &str) -> Traits {
        let cells = json!({"source": source, "destination": destination, "from": from});
        Traits::of(cells.as_object().unwrap(), agent.to_owned())
    }

    #[test]
    fn a_site_is_where_the_direction_comes_from_before_where_it_goes() {
        let settings = settings(
            "[[site]]\nname = \"Leeds\"\nnetworks = [\"10.1.0.0/16\", \"2001:db8::/32\"]\n[[site]]\nname = \"Bonn\"\nnetworks = [\"10.2.0.0/16\"]",
        );
        let site = |source, destination| {
            traits(source, destination, "", "").name(&settings.site).map(str::to_owned)
        };
        assert_eq!(site("10.2.0.9:4000", "10.1.0.1:5000").as_deref(), Some("Bonn"));
        assert_eq!(site("192.0.2.1:4000", "10.1.0.1:5000").as_deref(), Some("Leeds"));
        assert_eq!(site("[2001:db8::7]:4000", "192.0.2.1:1").as_deref(), Some("Leeds"));
        assert_eq!(site("10.3.0.1:1", "?"), None);
    }

    #[test]
    fn every_list_that_is_given_must_fit() {
        let settings = settings(
            "[[trunk]]\nname = \"A\"\nnumbers = [\"+44\"]\nuser_agents = [\"SBC *7\"]\n[[endpoint]]\nname = \"T46\"\nuser_agents = [\"Yealink*T46*\"]",
        );
        let trunk = |agent, from| traits("", "", agent, from).name(&settings.trunk).is_some();
        assert!(trunk("sbc model 7", "+44123"));
        assert!(!trunk("sbc model 8", "+44123") && !trunk("sbc model 7", "0044"));
        assert!(traits("", "", "Yealink SIP-T46S 66.85", "").name(&settings.endpoint).is_some());
        assert!(traits("", "", "Yealink SIP-T48", "").name(&settings.endpoint).is_none());
    }

    #[test]
    fn wrong_settings_say_what_is_wrong() {
        for (text, word) in [
            ("[[site]]\nname = \"A\"\nnetworks = [\"10.1.0.0/33\"]", "10.1.0.0/33"),
            ("[[site]]\nname = \"A\"", "nothing says what it is"),
            ("[[site]]\nnetworks = [\"10.1.0.0/8\"]", "no name"),
            ("[retention]\nhours_days = 9", "hours_days"),
            ("[retention]\nhours_days = 9\ncalls_days = 10", "hours_days"),
            ("[privcy]", "privcy"),
            ("[columns]\nstart = \"x\"", "start"),
            ("time_zone = \"Mars/Base\"", "Mars/Base"),
        ] {
            let error = Settings::parse("test.toml", text).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
