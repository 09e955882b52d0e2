//! Rounds amounts so that they still add up to what all of them are.

/// Rounds amounts, given in parts of a millionth, to whole units of so many millionths: each down,
/// and what is left over goes, a unit each, to those that were cut the most; of several the first.
/// Where the total itself is no whole number of units, its rest goes to the next of them. So the
/// rounded amounts add up to the total exactly (the method of the largest remainder).
pub(super) fn apportion(amounts: &[i128], parts: i128, (total, unit): (i64, i64)) -> Vec<i64> {
    let unit = i128::from(unit);
    let step = unit * parts;
    let mut rounded: Vec<i128> = amounts
        .iter()
        .map(|amount| amount.div_euclid(step) * unit)
        .collect();
    let left = i128::from(total) - rounded.iter().sum::<i128>();
    let mut cut: Vec<usize> = (0..amounts.len()).collect();
    cut.sort_by_key(|place| std::cmp::Reverse(amounts[*place].rem_euclid(step)));
    let whole = usize::try_from(left / unit).unwrap_or(0);
    for place in cut.iter().take(whole) {
        rounded[*place] += unit;
    }
    if let Some(next) = cut.get(whole) {
        rounded[*next] += left % unit;
    }
    let told = |amount: i128| i64::try_from(amount).unwrap_or(i64::MAX);
    rounded.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARTS: i128 = 1 << 20;
    const CENT: i64 = 10_000;

    fn thirds(total: i64) -> Vec<i64> {
        let amount = i128::from(total) * PARTS / 3;
        let rest = i128::from(total) * PARTS - 2 * amount;
        apportion(&[amount, amount, rest], PARTS, (total, CENT))
    }

    #[test]
    fn what_is_left_over_goes_to_those_that_were_cut_the_most() {
        assert_eq!(thirds(10_000_000), [3_330_000, 3_330_000, 3_340_000]);
        assert_eq!(thirds(20_000_000), [6_670_000, 6_660_000, 6_670_000]);
        assert_eq!(thirds(0), [0, 0, 0]);
        assert_eq!(apportion(&[], PARTS, (0, CENT)), Vec::<i64>::new());
    }

    #[test]
    fn of_an_amount_with_more_digits_one_share_alone_has_them() {
        assert_eq!(thirds(10_000_001), [3_330_001, 3_330_000, 3_340_000]);
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_total_and_none_is_off_by_a_unit(
            amounts in prop::collection::vec(-1_000_000_000..1_000_000_000_000_000_i128, 1..40),
            unit in prop::sample::select(vec![1_000_i64, 10_000, 1_000_000]),
        ) {
            let mut amounts = amounts;
            let sum: i128 = amounts.iter().sum();
            amounts[0] += (PARTS - sum.rem_euclid(PARTS)) % PARTS;
            let total = i64::try_from(amounts.iter().sum::<i128>() / PARTS).unwrap();
            let told = apportion(&amounts, PARTS, (total, unit));
            prop_assert_eq!(told.iter().sum::<i64>(), total);
            let step = i128::from(unit) * PARTS;
            for (told, amount) in told.iter().zip(&amounts) {
                prop_assert!((i128::from(*told) * PARTS - amount).abs() <= step);
            }
        }
    }
}
