//! Settings of a store in TOML: what is a site, a trunk, an endpoint; what is poor; what is kept, and for how long.

use super::time::Clock;
use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

/// MOS below which a call is poor: R of 60 (G.107), "many users dissatisfied" below.
pub(super) const POOR_BELOW_MOS: f64 = 3.1;

/// What holds for the calls of a store.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The time zone of times without an offset, and of days and weeks.
    pub time_zone: Option<String>,
    /// Which column of the tables holds what: ours by theirs.
    pub columns: BTreeMap<String, String>,
    /// Below which MOS a call is poor.
    pub poor: Poor,
    /// Sites, the first that fits.
    pub site: Vec<Rule>,
    /// Trunks, the first that fits.
    pub trunk: Vec<Rule>,
    /// Kinds of endpoints, the first that fits.
    pub endpoint: Vec<Rule>,
    /// What is not kept as it comes.
    pub privacy: Privacy,
    /// For how long calls are kept.
    pub retention: Retention,
}

/// Below which MOS a call is poor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Poor {
    /// On any scale that is not named below.
    pub mos: f64,
    /// By scale.
    pub scales: BTreeMap<String, f64>,
}

impl Default for Poor {
    fn default() -> Self {
        Self { mos: POOR_BELOW_MOS, scales: BTreeMap::new() }
    }
}

/// What makes a site, trunk or endpoint: every list that is given must have a fitting entry.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Networks, such as `10.1.0.0/16`, that the source or the destination is in.
    pub networks: Vec<Network>,
    /// User agents, in which `*` stands for anything.
    pub user_agents: Vec<String>,
    /// How the caller's or the called number begins.
    pub numbers: Vec<String>,
}

/// What becomes of users' numbers and names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Numbers {
    /// Salted hashes stand for them.
    #[default]
    Hash,
    /// They are kept.
    Keep,
    /// They are left out.
    Drop,
}

/// What is not kept as it comes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// The columns `from` and `to`.
    pub numbers: Numbers,
    /// Addresses of hosts.
    pub addresses: Addresses,
    /// Further columns that go the way of numbers.
    pub columns: Vec<String>,
}

/// What becomes of the addresses of hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Addresses {
    /// They are kept: without them no fault can be traced.
    #[default]
    Keep,
    /// They are left out.
    Drop,
}

/// For how long calls are kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days for which calls are kept.
    pub calls_days: Option<u32>,
    /// Days for which the sums of hours are kept, in which no call can be told.
    pub hours_days: Option<u32>,
    /// The largest store in gigabytes (10⁹ bytes); the oldest calls go first.
    pub gigabytes: Option<f64>,
}

/// An IP network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: u128,
    mask: u128,
}

impl Network {
    pub(super) fn holds(self, address: IpAddr) -> bool {
        mapped(address) & self.mask == self.address
    }
}

/// An address as one of IPv6, those of IPv4 mapped as RFC 4291 has it.
fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let wrong = || format!("{text}: not a network; write one such as 10.1.0.0/16");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.as_str(), None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let (offset, most) = if address.is_ipv4() { (96, 32) } else { (0, 128) };
        let bits: u32 = bits.map_or(Ok(most), |bits| bits.trim().parse().map_err(|_| wrong()))?;
        if bits > most {
            return Err(wrong());
        }
        let mask = u128::MAX.checked_shl(128 - (offset + bits)).unwrap_or(0);
        Ok(Self { address: mapped(address) & mask, mask })
    }
}

impl Settings {
    /// Columns that hold facts of a call under names of their own.
    pub(super) const COLUMNS: [&'static str; 12] = [
        "started",
        "duration_s",
        "site",
        "trunk",
        "codec",
        "endpoint",
        "mos",
        "scale",
        "loss_pct",
        "jitter_ms",
        "call_id",
        "user_agent",
    ];

    /// Reads settings.
    ///
    /// # Errors
    /// [`Error::InvalidSettings`] with the line that is wrong.
    pub fn open(path: &Path) -> Result<(Self, String)> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Error::from_io(&name, error))?;
        Self::parse(&name, &text).map(|settings| (settings, text))
    }

    /// Settings from text; the name is for what is said of it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let invalid = |reason: String| Error::InvalidSettings { name: name.to_owned(), reason };
        let settings: Self = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
        for ours in settings.columns.keys() {
            if !Self::COLUMNS.contains(&ours.as_str()) {
                let known = Self::COLUMNS.join(", ");
                return Err(invalid(format!(
                    "[columns] {ours}: not a fact of a call; give one of {known}"
                )));
            }
        }
        for rule in settings.site.iter().chain(&settings.trunk).chain(&settings.endpoint) {
            if rule.name.is_empty() {
                return Err(invalid(
                    "a site, trunk or endpoint has no name; give it one".to_owned(),
                ));
            }
            if rule.networks.is_empty() && rule.user_agents.is_empty() && rule.numbers.is_empty() {
                let reason = format!(
                    "{}: nothing says what it is; give networks, user_agents or numbers",
                    rule.name
                );
                return Err(invalid(reason));
            }
        }
        if settings.poor.mos.is_nan()
            || settings.retention.gigabytes.is_some_and(|size| size.is_nan() || size <= 0.0)
        {
            return Err(invalid("poor.mos and retention.gigabytes are numbers above 0".to_owned()));
        }
        let Retention { calls_days, hours_days, .. } = settings.retention;
        if hours_days.is_some_and(|hours| calls_days.is_none_or(|calls| hours < calls)) {
            let reason = "[retention] hours_days is at least calls_days, which it needs: calls without their hours would be missing in sums";
            return Err(invalid(reason.to_owned()));
        }
        settings.clock()?;
        Ok(settings)
    }

    /// The clock of these calls.
    ///
    /// # Errors
    /// [`Error::InvalidQuestion`] for a zone that the system does not know.
    pub fn clock(&self) -> Result<Clock> {
        self.time_zone.as_deref().map_or_else(|| Ok(Clock::default()), Clock::of)
    }

    /// The MOS below which a call on this scale is poor.
    pub(super) fn poor_below(&self, scale: &str) -> f64 {
        self.poor.scales.get(scale).copied().unwrap_or(self.poor.mos)
    }
}
