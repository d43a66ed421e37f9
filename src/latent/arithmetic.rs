//! Sums and differences of latents: *smiling woman* − *neutral woman* + *neutral man* (Radford et al. 2016).
//!
//! As in that paper a term may be the mean of several latents: one alone carries too much that is its own.

use std::str::FromStr;

use serde::Deserialize;

use crate::error::{Error, Result, brief};

/// The most terms, and the most latents in a term.
const LIMIT: usize = 64;

/// a − b + c and the like, in which latents are named by number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Expression {
    terms: Vec<Term>,
}

/// The mean of some latents, added or subtracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Whether it is subtracted.
    pub subtracted: bool,
    /// Which latents; at least one.
    pub latents: Vec<usize>,
}

impl Expression {
    /// What an expression's text should be.
    pub const FORM: &str = "samples added and subtracted by number, such as 12-3+40, or means of them, as in \
                            (1,2,3)-(4,5,6)+(7,8,9); at most 64 of either";

    /// Its terms in order; at least one.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The number of the latent that it begins with.
    #[must_use]
    pub fn first(&self) -> usize {
        let named = self.terms.iter().flat_map(|term| &term.latents);
        named.copied().next().unwrap_or(0)
    }

    /// The largest number that names a latent.
    #[must_use]
    pub fn largest(&self) -> usize {
        let named = self.terms.iter().flat_map(|term| &term.latents);
        named.copied().max().unwrap_or(0)
    }

    /// Each term's mean, unsigned, one after another, of `latents` of `dim` coordinates.
    ///
    /// # Panics
    /// When there is no latent of the [`largest`](Self::largest) number.
    #[must_use]
    pub fn means(&self, latents: &[f32], dim: usize) -> Vec<f32> {
        let mean = |term: &Term| {
            let rows: Vec<&[f32]> = term.latents.iter().map(|i| &latents[i * dim..(i + 1) * dim]).collect();
            mean(&rows)
        };
        self.terms.iter().flat_map(mean).collect()
    }

    /// The sum of the terms.
    ///
    /// # Panics
    /// As [`means`](Self::means).
    #[must_use]
    pub fn value(&self, latents: &[f32], dim: usize) -> Vec<f32> {
        let mut sum = vec![0.0; dim];
        for (term, mean) in self.terms.iter().zip(self.means(latents, dim).chunks_exact(dim)) {
            let sign = if term.subtracted { -1.0 } else { 1.0 };
            for (sum, z) in sum.iter_mut().zip(mean) {
                *sum += sign * z;
            }
        }
        sum
    }
}

/// The mean of latents of one length; of none, nothing.
#[must_use]
pub fn mean(latents: &[&[f32]]) -> Vec<f32> {
    let dim = latents.first().map_or(0, |first| first.len());
    let n = latents.len() as f32;
    (0..dim).map(|i| latents.iter().map(|z| z[i]).sum::<f32>() / n).collect()
}

impl FromStr for Expression {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = || Error::setting("arithmetic", brief(text), Self::FORM);
        let mut rest: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if !rest.starts_with(['+', '-']) {
            rest.insert(0, '+');
        }
        let mut terms = Vec::new();
        let mut rest = rest.as_str();
        while !rest.is_empty() {
            let subtracted = rest.starts_with('-');
            let body = rest.strip_prefix(['+', '-']).ok_or_else(refuse)?;
            let (latents, left) = match body.strip_prefix('(') {
                Some(body) => body.split_once(')').ok_or_else(refuse)?,
                None => body.split_at(body.find(['+', '-']).unwrap_or(body.len())),
            };
            // A comma belongs within parentheses.
            if latents.contains(',') && !body.starts_with('(') {
                return Err(refuse());
            }
            let latents = latents
                .split(',')
                .map(|number| number.parse().ok())
                .collect::<Option<Vec<usize>>>()
                .ok_or_else(refuse)?;
            terms.push(Term { subtracted, latents });
            rest = left;
        }
        if terms.is_empty() || terms.len() > LIMIT || terms.iter().any(|term| term.latents.len() > LIMIT) {
            return Err(refuse());
        }
        Ok(Self { terms })
    }
}

impl TryFrom<String> for Expression {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENTS: [f32; 8] = [1.0, 10.0, 2.0, 20.0, 4.0, 40.0, 8.0, 80.0];

    fn value(text: &str) -> Vec<f32> {
        text.parse::<Expression>().unwrap().value(&LATENTS, 2)
    }

    #[test]
    fn terms_are_added_and_subtracted() {
        assert_eq!(value("3-2+1"), [6.0, 60.0]);
        assert_eq!(value(" - 1 "), [-2.0, -20.0]);
        assert_eq!(value("+0 + 0"), [2.0, 20.0]);
        assert_eq!(value("(0,1,3)"), [11.0 / 3.0, 110.0 / 3.0]);
        // (2 + 4)/2 - (1 + 8)/2 + 4
        assert_eq!(value("(1, 2)-(0,3)+2"), [2.5, 25.0]);
    }

    #[test]
    fn terms_can_be_shown_by_themselves() {
        let expression: Expression = "3-(0,1)".parse().unwrap();
        assert_eq!((expression.first(), expression.largest()), (3, 3));
        assert_eq!(expression.means(&LATENTS, 2), [8.0, 80.0, 1.5, 15.0]);
        let subtracted: Vec<bool> = expression.terms().iter().map(|t| t.subtracted).collect();
        assert_eq!(subtracted, [false, true]);
    }

    #[test]
    fn what_is_no_sum_is_refused() {
        let long = "0+".repeat(LIMIT) + "0";
        let wide = format!("({}0)", "0,".repeat(LIMIT));
        let wrong = [
            "",
            " ",
            "+",
            "1-",
            "1--2",
            "1,2",
            "1-2,3",
            "(1",
            "1)",
            "()",
            "(1,)",
            "((1))",
            "1(2)",
            "(1)2",
            "(1-2)",
            "a",
            "1.5",
            "-1e3",
            "99999999999999999999999",
            "1*2",
            "²",
            &long,
            &wide,
        ];
        for text in wrong {
            let error = text.parse::<Expression>().unwrap_err().to_string();
            assert!(error.contains("12-3+40"), "{text:?}: {error}");
            assert!(!error.contains('\n'), "{text:?}: {error}");
        }
        assert!("0+".repeat(LIMIT - 1).trim_end_matches('+').parse::<Expression>().is_ok());
    }
}
