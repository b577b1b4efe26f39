//! The E-model against worked values on which independent programs agree, and its properties.

use crate::captures::table;
use basilar::network::emodel::{
    Category, Codecs, Inputs, PARAMETERS, Scale, Terms, mos, pure_delay_impairment, r_of_mos,
};
use proptest::prelude::*;

/// Inputs from words such as `Ta=50 TELR=50`.
fn inputs(words: &str) -> Inputs {
    let mut inputs = Inputs::default();
    for word in words.split_whitespace() {
        let (symbol, value) = word.split_once('=').expect("symbol=value");
        let parameter = PARAMETERS.iter().find(|parameter| parameter.symbol == symbol);
        parameter.expect(symbol).set(&mut inputs, value.parse().expect("a number"));
    }
    inputs
}

fn worked(file: &str, scale: Scale) {
    let Some(mut rows) = table(file) else { return };
    let headers = rows.headers().unwrap().clone();
    let at = |name| headers.iter().position(|header| header == name);
    let mut count = 0;
    for row in rows.records().map(Result::unwrap) {
        let words = &row[at("inputs").unwrap_or(0)];
        let (r, told): (f64, f64) =
            (row[at("R").unwrap()].parse().unwrap(), row[at("MOS").unwrap()].parse().unwrap());
        let rating = inputs(words).rate(scale).unwrap();
        assert!((rating.r - r).abs() < 1e-4, "{}: R {} instead of {r}", &row[0], rating.r);
        assert!((rating.mos - told).abs() < 1e-4, "{}: {} for {told}", &row[0], rating.mos);
        count += 1;
    }
    assert!(count > 10, "{count} rows");
}

#[test]
fn narrowband_worked_values_are_met() {
    worked("emodel_worked_nb.csv", Scale::Narrowband);
}

#[test]
fn wideband_worked_values_are_met() {
    worked("emodel_worked_wb.csv", Scale::Wideband);
}

#[test]
fn fullband_worked_values_are_met() {
    worked("emodel_worked_fb.csv", Scale::Fullband);
}

#[test]
fn the_reference_connection_has_the_terms_of_g107() {
    let terms = Terms::of(&Inputs::default(), Scale::Narrowband);
    let near = |value: f64, told: f64| assert!((value - told).abs() < 1e-6, "{value} {told}");
    near(terms.ro, 94.768822);
    near(terms.iolr, 0.440178);
    near(terms.ist, -0.000715);
    near(terms.iq, 0.974105);
    near(terms.idte, 0.0);
    near(terms.idle, 0.149046);
    near(terms.idd, 0.0);
    near(terms.r(), 93.206208);
}

#[test]
fn published_tolerable_delays_of_18_codecs_are_met() {
    let Some(mut rows) = table("telektronikk_anchors.csv") else { return };
    let mut count = 0;
    for row in rows.records().map(Result::unwrap) {
        let number = |index: usize| row[index].parse::<f64>().unwrap();
        let (ie, alone_ms, echo_ms) = (number(2), number(3), number(4));
        // Delays are rounded to 1 ms, Ie for some codecs to 1.
        let free = Inputs { ie, ta: alone_ms, ..Inputs::default() };
        // Perfect echo control leaves the listener no echo either.
        let rating = free.rate(Scale::Narrowband).unwrap();
        let r = rating.r + rating.terms.idle;
        assert!((69.19..69.33).contains(&r), "{} without echo: R {r}", &row[0]);
        let echo = Inputs { t: echo_ms, tr: 2.0 * echo_ms, ta: echo_ms, telr: 60.0, ..free };
        let r = echo.rate(Scale::Narrowband).unwrap().r;
        assert!((68.89..69.23).contains(&r), "{} with echo: R {r}", &row[0]);
        count += 1;
    }
    assert_eq!(count, 18);
}

#[test]
fn delay_up_to_100_ms_costs_nothing() {
    assert_eq!(pure_delay_impairment(100.0), 0.0);
    assert!(pure_delay_impairment(101.0) < 0.01);
}

#[test]
fn mos_is_never_below_1_nor_above_4_5() {
    assert_eq!(mos(3.22), 1.0);
    assert_eq!(mos(-26.0), 1.0);
    assert_eq!(mos(120.0), 4.5);
}

#[test]
fn categories_are_those_of_g109() {
    let named = [90.0, 89.9, 79.9, 69.9, 59.9, 49.9].map(|r| Category::of(r).to_string());
    assert_eq!(named, ["best", "high", "medium", "low", "poor", "not recommended"]);
}

#[test]
fn bursts_with_much_loss_are_marked_as_outside_the_model() {
    let within = Inputs { ppl: 1.9, burst_ratio: 4.0, ..Inputs::default() };
    assert!(within.rate(Scale::Narrowband).unwrap().within_range());
    let outside = Inputs { ppl: 2.0, ..within };
    assert!(!outside.rate(Scale::Narrowband).unwrap().within_range());
}

#[test]
fn what_cannot_be_is_refused_and_what_is_not_permitted_is_marked() {
    for ppl in [-1.0, 120.0, f64::NAN] {
        let error = Inputs { ppl, ..Inputs::default() }.rate(Scale::Wideband).unwrap_err();
        assert_eq!(error.kind(), "impossible_input");
        assert!(error.to_string().contains("Ppl"), "{error}");
    }
    for parameter in PARAMETERS.iter().filter(|parameter| parameter.counts_on(Scale::Narrowband)) {
        let (least, most) = (*parameter.range.start(), *parameter.range.end());
        for (value, permitted) in [(least, true), (most, true), (most + 0.5, false)] {
            let mut inputs = Inputs::default();
            parameter.set(&mut inputs, value);
            if parameter.symbol == "STMR" {
                inputs.dr = 18.0 - value;
                inputs.dr = inputs.dr.clamp(-3.0, 3.0);
            }
            if parameter.symbol == "Dr" {
                inputs.stmr = 18.0;
            }
            let rating = inputs.rate(Scale::Narrowband).unwrap();
            assert_eq!(rating.within_range(), permitted, "{} {value}", parameter.symbol);
        }
    }
}

#[test]
fn an_input_without_effect_on_a_scale_is_told() {
    let rating = Inputs { qdu: 4.0, ..Inputs::default() }.rate(Scale::Fullband).unwrap();
    assert_eq!(rating.r, 148.0);
    assert_eq!(rating.remarks[0].to_string(), "qdu has no effect on the fullband scale");
}

#[test]
fn what_terms_cost_adds_up_to_what_is_missing_of_ro() {
    let inputs = Inputs { ta: 250.0, ie: 11.0, ppl: 1.0, bpl: 19.0, a: 5.0, ..Inputs::default() };
    let rating = inputs.rate(Scale::Narrowband).unwrap();
    let costs: f64 = rating.costs().iter().map(|cost| cost.r).sum();
    assert!((rating.terms.ro - costs - rating.r).abs() < 1e-9);
}

#[test]
fn every_codec_says_where_its_values_come_from() {
    let codecs = Codecs::built_in();
    assert!(codecs.iter().count() > 80);
    for codec in codecs.iter() {
        assert!(!codec.source.is_empty(), "{}", codec.id);
        assert_eq!(codec.bpl.is_some(), codec.bpl_confidence.is_some(), "{}", codec.id);
    }
    let opus = codecs.iter().filter(|codec| codec.id.starts_with("opus"));
    assert!(opus.into_iter().all(|codec| codec.is_provisional()));
    assert!(!codecs.find("g729a").unwrap().is_provisional());
    let worse = (codecs.find("amr-wb-23.85").unwrap().ie, codecs.find("amr-wb-23.05").unwrap().ie);
    assert_eq!(worse, (8.0, 1.0), "the tables have it so");
}

#[test]
fn codecs_of_ones_own_are_checked() {
    let file = |ie: f64, id: &str| {
        format!(
            r#"{{"schema": "basilar-emodel-codecs/1", "version": "x", "about": "mine", "codecs": [
            {{"id": "mine", "name": "M", "scale": "wideband", "kbit_s": 8, "ie": {ie},
              "ie_confidence": "D", "context": "monotic", "source": "me"}},
            {{"id": "{id}", "name": "M", "scale": "wideband", "kbit_s": 8, "ie": 1,
              "ie_confidence": "A", "context": "diotic", "source": "me"}}]}}"#
        )
    };
    assert_eq!(Codecs::from_json("f", &file(7.5, "other")).unwrap().find("MINE").unwrap().ie, 7.5);
    let twice = Codecs::from_json("f", &file(7.5, "mine")).unwrap_err();
    assert!(twice.to_string().contains("two codecs"), "{twice}");
    let impossible = Codecs::from_json("f", &file(-3.0, "other")).unwrap_err();
    assert!(impossible.to_string().contains("Ie"), "{impossible}");
    let unknown = Codecs::built_in().find("g999").unwrap_err();
    assert!(unknown.to_string().contains("g729a"), "{unknown}");
}

proptest! {
    #[test]
    fn r_comes_back_from_its_mos(r in 6.6..100.0f64) {
        prop_assert!((r_of_mos(mos(r)) - r).abs() < 1e-6);
    }

    #[test]
    fn any_number_gives_an_r_that_can_be(mos in proptest::num::f64::ANY) {
        let r = r_of_mos(mos);
        prop_assert!(r.is_nan() || (6.0..=100.0001).contains(&r));
    }

    #[test]
    fn a_better_r_never_has_a_worse_mos(r in -50.0..150.0f64, more in 0.0..20.0f64) {
        prop_assert!(mos(r + more) >= mos(r));
    }

    #[test]
    fn more_of_an_impairment_never_helps(
        which in prop::sample::select(vec!["Ta", "Tr", "Ppl", "BurstR", "qdu", "Nc", "Ps", "Pr"]),
        scale in prop::sample::select(Scale::ALL.to_vec()),
        share in 0.0..1.0f64,
        more in 0.0..1.0f64,
        ie in 0.0..40.0f64,
        ppl in 0.0..20.0f64,
        ta in 0.0..500.0f64,
    ) {
        let parameter = PARAMETERS.iter().find(|parameter| parameter.symbol == which).unwrap();
        let (least, most) = (*parameter.range.start(), *parameter.range.end());
        let mut inputs = Inputs { ie, ppl, ta, ..Inputs::default() };
        parameter.set(&mut inputs, least + share * (most - least));
        let before = inputs.rate(scale).unwrap();
        let value = parameter.get(&inputs);
        parameter.set(&mut inputs, value + more * (most - value));
        let after = inputs.rate(scale).unwrap();
        prop_assert!(after.r <= before.r + 1e-9, "{which}: {} then {}", before.r, after.r);
        prop_assert!(after.mos <= before.mos + 1e-9);
    }

    #[test]
    fn a_worse_or_less_robust_codec_never_helps(
        scale in prop::sample::select(Scale::ALL.to_vec()),
        ie in 0.0..40.0f64,
        more in 0.0..20.0f64,
        bpl in 4.3..40.0f64,
        less in 0.0..1.0f64,
        ppl in 0.0..20.0f64,
        burst_ratio in 1.0..2.0f64,
    ) {
        let inputs = Inputs { ie, bpl, ppl, burst_ratio, ..Inputs::default() };
        // Beyond, the formula subtracts more than all there is, and a better codec has more to lose.
        prop_assume!(ppl * (1.0 - 1.0 / burst_ratio) < bpl);
        let before = inputs.rate(scale).unwrap().r;
        let worse = Inputs { ie: ie + more, ..inputs.clone() }.rate(scale).unwrap().r;
        prop_assert!(worse <= before + 1e-9);
        let fragile = Inputs { bpl: bpl - less * (bpl - 4.3), ..inputs }.rate(scale).unwrap().r;
        prop_assert!(fragile <= before + 1e-9);
    }

    #[test]
    fn more_echo_never_helps(
        scale in prop::sample::select(vec![Scale::Narrowband, Scale::Wideband]),
        t in 5.0..500.0f64,
        telr in 5.0..65.0f64,
        wepl in 5.0..110.0f64,
        less in 0.0..1.0f64,
        later in 0.0..1.0f64,
    ) {
        let inputs = Inputs { t, telr, wepl, tr: t, ..Inputs::default() };
        let before = inputs.rate(scale).unwrap().r;
        let louder = Inputs { telr: telr - less * (telr - 5.0), ..inputs.clone() };
        prop_assert!(louder.rate(scale).unwrap().r <= before + 1e-9);
        let leakier = Inputs { wepl: wepl - less * (wepl - 5.0), ..inputs.clone() };
        prop_assert!(leakier.rate(scale).unwrap().r <= before + 1e-9);
        let delayed = Inputs { t: t + later * (500.0 - t), ..inputs };
        prop_assert!(delayed.rate(scale).unwrap().r <= before + 1e-9);
    }
}
