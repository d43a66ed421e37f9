//! The values of arguments, from their texts; an error says the form.

use crate::latent::arithmetic::Expression;
use crate::latent::inpainting::Rectangle;
use crate::latent::path::Path;

pub fn setting(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .ok_or_else(|| "it should be KEY=VALUE, such as batch_size=64".to_owned())
}

pub fn jobs(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| (1..=1024).contains(jobs)).ok_or_else(|| "it should be 1 to 1024".to_owned())
}

pub fn threshold(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|t: &f32| t.is_finite() && *t > 0.0)
        .ok_or_else(|| "it should be a number above 0, such as 0.7".to_owned())
}

pub fn way(text: &str) -> Result<Path, String> {
    match text {
        "lerp" => Ok(Path::Lerp),
        "slerp" => Ok(Path::Slerp),
        _ => Err("it should be lerp or slerp".to_owned()),
    }
}

pub fn sum(text: &str) -> Result<Expression, String> {
    text.parse().map_err(|_| format!("it should be {}", Expression::FORM))
}

pub fn rectangle(text: &str) -> Result<Rectangle, String> {
    let numbers: Option<Vec<usize>> = text.split(',').map(|n| n.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[x, y, width, height]) => Ok(Rectangle { x, y, width, height }),
        _ => Err("it should be X,Y,WIDTH,HEIGHT in pixels, such as 10,8,8,12".to_owned()),
    }
}
