//! Names in files of earlier format versions.

/// The present name of a tensor in a checkpoint of version 1 or 2, or in a classifier of version 1.
pub(crate) fn present_name(old: &str) -> String {
    let part = |part| match part {
        "gain" => "weight",
        "mean" | "nearness" | "deviation" => "running_mean",
        "variance" => "running_var",
        "first" => "first_moment",
        "second" => "second_moment",
        "average" => "generator_ema",
        "balance" => "k",
        other => other,
    };
    old.split('.').map(part).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_become_present_ones() {
        for (old, present) in [
            ("generator.0.weight", "generator.0.weight"),
            ("generator_optimizer.1.gain.second", "generator_optimizer.1.weight.second_moment"),
            ("average.1.variance", "generator_ema.1.running_var"),
            ("discriminator.5.nearness", "discriminator.5.running_mean"),
            ("balance", "k"),
        ] {
            assert_eq!(present_name(old), present);
        }
    }
}
