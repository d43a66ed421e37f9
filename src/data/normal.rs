//! The distribution function of the standard normal.

use std::f64::consts::PI;

/// Beyond this many deviations a normal's tail, 6·10⁻¹⁶, is lost in the rounding of 1.
pub(super) const CDF_REACH: f64 = 8.0;

/// Φ(z), to some 10⁻¹⁵: ½ + φ(z) (z + z³/3 + z⁵/(3·5) + z⁷/(3·5·7) + …), after Marsaglia, "Evaluating the normal
/// distribution", 2004.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    if z.is_nan() || z.abs() > CDF_REACH {
        return if z.is_nan() { z } else { f64::from(u8::from(z > 0.0)) };
    }
    let (mut term, mut sum, mut odd) = (z, z, 1.0);
    while term.abs() > 0.1 * f64::EPSILON * sum.abs() {
        odd += 2.0;
        term *= z * z / odd;
        sum += term;
    }
    (0.5 + sum * (-0.5 * z * z).exp() / (2.0 * PI).sqrt()).clamp(0.0, 1.0)
}

/// Its inverse: the standard normal number below which a share `p` lies, by halving. 0 < p < 1.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-CDF_REACH, CDF_REACH);
    for _ in 0..f64::MANTISSA_DIGITS {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b} to {tolerance}");
    }

    #[test]
    fn the_normal_distribution_is_the_tables() {
        // C's erfc, by way of Python's math.erfc(-z / sqrt(2)) / 2.
        let table = [
            (0.0, 0.5),
            (0.5, 0.691_462_461_274_013_1),
            (1.0, 0.841_344_746_068_542_9),
            (-1.96, 0.024_997_895_148_220_435),
            (-3.0, 0.001_349_898_031_630_094_5),
            (5.0, 0.999_999_713_348_428_1),
            (7.999, 1.0),
            (9.0, 1.0),
            (-9.0, 0.0),
            (f64::INFINITY, 1.0),
        ];
        for (z, wanted) in table {
            close(normal_cdf(z), wanted, 2e-15);
        }
        assert!(normal_cdf(f64::NAN).is_nan());
        for z in [-5.0, -1.96, 0.0, 0.25, 3.0] {
            close(normal_quantile(normal_cdf(z)), z, 1e-8);
        }
    }
}
