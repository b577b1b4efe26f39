use super::*;
use approx::assert_abs_diff_eq;

#[test]
fn with_complete_pairs_it_is_the_paired_t_test() {
    let before = [3.1, 2.7, 4.0, 3.6, 2.9];
    let after = [3.6, 2.9, 4.1, 4.2, 3.1];
    let values: Vec<f64> = before.iter().chain(&after).copied().collect();
    let fixed = Factor::new("codec", (0..10).map(|value| value / 5));
    let item = Factor::new("item", (0..10).map(|value| value % 5));
    let model = MixedModel::fit(&values, &fixed, &[item]).expect("there are ten values");
    let found = model.difference(1, 0);
    let differences: Vec<f64> =
        after.iter().zip(before).map(|(after, before)| after - before).collect();
    let (mean, deviation) = crate::statistics::means::moments(&differences).expect("five");
    assert_abs_diff_eq!(found.value, mean, epsilon = 1e-9);
    assert_abs_diff_eq!(found.standard_error, deviation / 5f64.sqrt(), epsilon = 1e-6);
    assert_abs_diff_eq!(found.degrees, 4.0, epsilon = 1e-3);
}

#[test]
fn what_does_not_vary_differs_surely() {
    let fixed = Factor::new("codec", [0, 0, 1, 1]);
    let item = Factor::new("item", [0, 1, 0, 1]);
    let model =
        MixedModel::fit(&[3.0, 3.0, 4.0, 4.0], &fixed, std::slice::from_ref(&item)).expect("four");
    assert_eq!((model.difference(1, 0).value, model.difference(1, 0).p()), (1.0, 0.0));
    let ties =
        MixedModel::fit(&[3.0, 3.0, 3.0, 3.0], &fixed, std::slice::from_ref(&item)).expect("four");
    assert_eq!((ties.difference(1, 0).value, ties.difference(1, 0).p()), (0.0, 1.0));
    // The items differ, the codecs by the same on each.
    let alike = MixedModel::fit(&[3.0, 4.0, 3.5, 4.5], &fixed, &[item]).expect("four");
    assert_abs_diff_eq!(alike.difference(1, 0).value, 0.5, epsilon = 1e-6);
    assert!(alike.difference(1, 0).p() < 1e-3, "{:?}", alike.difference(1, 0));
}

#[test]
fn as_many_levels_as_values_say_nothing() {
    let fixed = Factor::new("codec", [0, 1]);
    assert!(MixedModel::fit(&[3.0, 4.0], &fixed, &[]).is_none());
}

#[test]
fn factors_that_say_the_same_are_one() {
    let fixed = Factor::new("codec", [0, 0, 1, 1]);
    let talker = Factor::new("talker", ["a", "b", "a", "b"]);
    let item = Factor::new("item", ["x", "y", "x", "y"]);
    let alone = Factor::new("row", 0..4);
    let same = Factor::new("kind", ["p", "p", "q", "q"]);
    let one = Factor::new("one", [0; 4]);
    let random = [talker, item, alone, same, one];
    let kept = factor::distinct(&fixed, &random);
    assert_eq!(kept.iter().map(|factor| factor.name.as_str()).collect::<Vec<_>>(), ["talker"]);
}
