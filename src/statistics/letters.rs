//! The compact letter display: what shares a letter does not differ significantly (Piepho, 2004).

/// The letters of each subject. `order` lists the subjects, best first; `differ` says whether two differ significantly.
pub fn letters(order: &[usize], differ: impl Fn(usize, usize) -> bool) -> Vec<String> {
    let mut groups: Vec<Vec<bool>> = vec![vec![true; order.len()]];
    for one in 0..order.len() {
        for other in one + 1..order.len() {
            if differ(order[one], order[other]) {
                part(&mut groups, one, other);
            }
        }
    }
    // The first letter belongs to the best.
    let first = |group: &Vec<bool>| group.iter().map(|member| !member).collect::<Vec<_>>();
    groups.sort_by_key(first);
    let mut letters = vec![String::new(); order.len()];
    for (number, group) in groups.iter().enumerate() {
        for (&subject, _) in order.iter().zip(group).filter(|(_, member)| **member) {
            letters[subject].push_str(&letter(number));
        }
    }
    letters
}

/// No group may hold both; none may lie within another.
fn part(groups: &mut Vec<Vec<bool>>, one: usize, other: usize) {
    let (both, mut kept): (Vec<_>, Vec<_>) =
        groups.drain(..).partition(|group| group[one] && group[other]);
    for without in [one, other] {
        for mut group in both.iter().cloned() {
            group[without] = false;
            if !kept.iter().any(|larger| lies_within(&group, larger)) {
                kept.retain(|smaller| !lies_within(smaller, &group));
                kept.push(group);
            }
        }
    }
    *groups = kept;
}

fn lies_within(group: &[bool], larger: &[bool]) -> bool {
    group.iter().zip(larger).all(|(member, of_larger)| !member || *of_larger)
}

/// a to z, A to Z, and from then on numbers in brackets.
fn letter(number: usize) -> String {
    let letters = ('a'..='z').chain('A'..='Z');
    letters.into_iter().nth(number).map_or_else(|| format!("[{number}]"), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_share_a_letter_are_those_that_do_not_differ() {
        // Means 5, 4, 3, 2 where a difference of more than 1 is significant.
        let means = [2.0_f64, 5.0, 3.0, 4.0];
        let found = letters(&[1, 3, 2, 0], |a, b| (means[a] - means[b]).abs() > 1.0);
        assert_eq!(found, ["c", "a", "bc", "ab"]);
        assert_eq!(letters(&[0, 1], |_, _| false), ["a", "a"]);
        assert_eq!(letters(&[0, 1, 2], |_, _| true), ["a", "b", "c"]);
        assert_eq!(letters(&[], |_, _| true), Vec::<String>::new());
    }

    #[test]
    fn every_pattern_of_differences_is_shown_as_it_is() {
        for pattern in 0..1u32 << 10 {
            let pair = |a: usize, b: usize| a.min(b) + a.max(b) * (a.max(b) - 1) / 2;
            let differ = |a: usize, b: usize| pattern >> pair(a, b) & 1 == 1;
            let found = letters(&[0, 1, 2, 3, 4], differ);
            for a in 0..5 {
                for b in 0..a {
                    let share = found[a].chars().any(|letter| found[b].contains(letter));
                    assert_eq!(share, !differ(a, b), "{pattern:b} {found:?}");
                }
            }
        }
    }
}
