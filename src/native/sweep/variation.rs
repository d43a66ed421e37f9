//! `--vary`: a setting and the values that a sweep gives it.

use std::str::FromStr;

use crate::rng::Rng;

/// A setting and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Variation {
    /// The setting's key.
    pub key: String,
    values: Values,
}

#[derive(Clone, Debug, PartialEq)]
enum Values {
    /// `1,2,3`, or a TOML array of values.
    List(Vec<String>),
    /// `LOW..HIGH`, for random values: between whole numbers whole ones; where both are positive, uniform in the
    /// logarithm.
    Range { low: f64, high: f64, whole: bool },
}

/// The changed settings of a run, as `--set` takes them.
pub type Changes = Vec<(String, String)>;

impl Variation {
    /// One of the values.
    fn draw(&self, rng: &mut Rng) -> String {
        match &self.values {
            Values::List(values) => values[rng.below(values.len())].clone(),
            &Values::Range { low, high, whole } => {
                let share = f64::from(rng.uniform());
                let drawn = if low > 0.0 {
                    (low.ln() + share * (high.ln() - low.ln())).exp()
                } else {
                    low + share * (high - low)
                };
                // Three digits, which are those that a reader of the table remembers.
                let text = format!("{drawn:.2e}");
                if whole {
                    format!("{:.0}", drawn.round())
                } else {
                    text.parse::<f64>().map_or(text, |x| x.to_string())
                }
            }
        }
    }
}

/// Every combination of the listed values, the last variation's changing fastest.
///
/// # Errors
/// When one is a range.
pub fn grid(variations: &[Variation]) -> Result<Vec<Changes>, String> {
    let mut all = vec![Changes::new()];
    for Variation { key, values } in variations {
        let Values::List(values) = values else {
            return Err(format!("--vary {key}: a range has no end of values; say how many with --random COUNT"));
        };
        let with = |changes: &Changes| {
            let changes = changes.clone();
            values.iter().map(move |value| [changes.clone(), vec![(key.clone(), value.clone())]].concat())
        };
        all = all.iter().flat_map(with).collect();
    }
    Ok(all)
}

/// So many random combinations.
pub fn random(variations: &[Variation], count: usize, rng: &mut Rng) -> Vec<Changes> {
    let draw = |_| variations.iter().map(|variation| (variation.key.clone(), variation.draw(rng))).collect();
    (0..count).map(draw).collect()
}

impl FromStr for Variation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "it should be KEY=VALUE,VALUE…, KEY=[VALUE, …] or KEY=LOW..HIGH, such as n_critic=1,5";
        let (key, values) = text.split_once('=').ok_or(wanted)?;
        let (key, values) = (key.trim().to_owned(), values.trim());
        if let Some((low, high)) = values.split_once("..") {
            let ends = [low, high].map(|end| end.trim().parse::<f64>().ok().filter(|end| end.is_finite()));
            let [Some(low_end), Some(high_end)] = ends else { return Err(wanted.to_owned()) };
            if low_end >= high_end {
                return Err(format!("{low_end} is not below {high_end}"));
            }
            let whole = [low, high].iter().all(|end| end.trim().parse::<i64>().is_ok());
            return Ok(Self { key, values: Values::Range { low: low_end, high: high_end, whole } });
        }
        let list: Vec<String> = if values.starts_with('[') {
            let table: toml::Table = format!("v = {values}").parse().map_err(|_| wanted)?;
            table["v"].as_array().into_iter().flatten().map(ToString::to_string).collect()
        } else {
            values.split(',').map(|value| value.trim().to_owned()).collect()
        };
        if list.is_empty() || list.iter().any(String::is_empty) {
            return Err(wanted.to_owned());
        }
        Ok(Self { key, values: Values::List(list) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    fn parse(text: &str) -> Variation {
        text.parse().unwrap()
    }

    #[test]
    fn a_grid_has_every_combination() {
        let grid = grid(&[parse("n_critic=1,5"), parse("generator_hidden=[[16], [32, 32]]")]).unwrap();
        let wanted = [("1", "[16]"), ("1", "[32, 32]"), ("5", "[16]"), ("5", "[32, 32]")];
        let wanted = wanted.map(|(n, hidden)| {
            vec![("n_critic".to_owned(), n.to_owned()), ("generator_hidden".to_owned(), hidden.to_owned())]
        });
        assert_eq!(grid, wanted);
    }

    #[test]
    fn random_values_lie_in_their_range_and_repeat_with_the_seed() {
        let variations = [parse("generator_lr=1e-4..1e-2"), parse("n_critic=1..5"), parse("objective=hinge,began")];
        let draw = |seed| random(&variations, 200, &mut Rng::new(seed, Stream::Sweep));
        let drawn = draw(1);
        assert_eq!(drawn, draw(1));
        assert_ne!(drawn, draw(2));
        let values = |i: usize| drawn.iter().map(move |changes| changes[i].1.as_str());
        let rates: Vec<f64> = values(0).map(|text| text.parse().unwrap()).collect();
        assert!(rates.iter().all(|rate| (1e-4..=1e-2).contains(rate)));
        let small = rates.iter().filter(|rate| **rate < 1e-3).count();
        assert!((70..130).contains(&small), "{small} of 200 below the geometric mean");
        assert!(values(1).all(|n| ["1", "2", "3", "4", "5"].contains(&n)));
        assert!(values(2).any(|objective| objective == "began"));
    }

    #[test]
    fn errors_say_what_would_be_right() {
        for text in ["n_critic", "n_critic=", "n_critic=1,,2", "a=1..x", "a=[1", "a=[]"] {
            let error = text.parse::<Variation>().unwrap_err();
            assert!(error.contains("such as n_critic=1,5"), "{text}: {error}");
        }
        assert!("a=2..1".parse::<Variation>().unwrap_err().contains("not below"));
        assert!(grid(&[parse("a=1..2")]).unwrap_err().contains("--random"));
    }
}
