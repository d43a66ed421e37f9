//! A classifier's file: its weights, training and test accuracy.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor};

use super::{Classifier, Part, Record, body, head};
use crate::error::{Error, Result};
use crate::named_tensors::{self, File};
use crate::nets::Network;
use crate::old_names::present_name;

/// The size limit, 16 MiB; a classifier has 1. Larger files are refused unread.
pub const SIZE_LIMIT: usize = 16 << 20;
/// The format's versions, the newest last. Version 1 has other names of tensors.
const VERSIONS: &[&str] = &["1", "2"];
/// The metadata key of the version. A checkpoint's key differs, so that neither file is taken for the other.
const KEY: &str = "counterfeit classifier";
/// The owner of the tensors in errors.
const OWNER: &str = "the classifier";

impl Classifier {
    /// The classifier as bytes.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn save(&self) -> Result<Vec<u8>> {
        let tensors = named("body", &self.body).chain(named("head", &self.head));
        let tensors = named_tensors::read_all(tensors.collect()).await?;
        let metadata = HashMap::from([
            (KEY.to_owned(), VERSIONS[VERSIONS.len() - 1].to_owned()),
            ("record".to_owned(), serde_json::to_string(&self.record).map_err(refuse)?),
        ]);
        named_tensors::serialize(&tensors, metadata).map_err(refuse)
    }

    /// The classifier of these bytes, ready on `device`.
    ///
    /// # Errors
    /// [`Error::Classifier`] when they are not a complete classifier of this program, or hold impossible numbers.
    pub fn parse(bytes: &[u8], device: &Device) -> Result<Self> {
        let mut file = File::parse(bytes, SIZE_LIMIT).map_err(refuse)?;
        if file.version(KEY, VERSIONS).map_err(refuse)? == "1" {
            file.rename(present_name);
        }
        let record = file.text("record").map_err(refuse)?;
        let record: Record = serde_json::from_str(record).map_err(refuse)?;
        if !(0.0..=1.0).contains(&record.accuracy) {
            let accuracy = record.accuracy;
            return Err(refuse(format!("it claims an accuracy of {accuracy}")));
        }
        let mut part = |side: &str, network: Network| {
            let weights = file.take_weights(side, &network, OWNER, device).map_err(refuse)?;
            Ok(Part { network, weights })
        };
        let (body, head) = (part("body", body())?, part("head", head())?);
        file.check_empty(OWNER).map_err(refuse)?;
        Ok(Self { record, body, head, device: device.clone() })
    }
}

/// Every matrix of a part with its name.
fn named<'a>(side: &'a str, part: &'a Part) -> impl Iterator<Item = (String, Tensor<2>)> + 'a {
    let specs = part.network.params().into_iter().chain(part.network.buffers());
    let tensors = part.weights.params.iter().chain(&part.weights.buffers);
    specs.zip(tensors).map(move |(spec, tensor)| (format!("{side}.{}", spec.name), tensor.clone()))
}

fn refuse(why: impl ToString) -> Error {
    Error::Classifier(crate::error::brief(&why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::Training;
    use super::*;
    use crate::data::digits;
    use crate::rng::{Rng, Stream};

    fn classifier() -> Classifier {
        let mut rng = Rng::new(0, Stream::Digits);
        let images = digits::set(&[0, 1], 50, 28, &mut rng).unwrap();
        let mut training = Training::new(images, 2, 3, &Device::flex()).unwrap();
        training.step();
        let mut classifier = training.end();
        classifier.tested(3, 4);
        classifier
    }

    fn bytes() -> Vec<u8> {
        pollster::block_on(classifier().save()).unwrap()
    }

    fn parse(bytes: &[u8]) -> Result<Classifier> {
        Classifier::parse(bytes, &Device::flex())
    }

    /// The offset of the tensor data.
    fn header(bytes: &[u8]) -> usize {
        8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize
    }

    #[test]
    fn what_was_saved_sees_the_same() {
        let mut rng = Rng::new(1, Stream::Digits);
        let image: Vec<f32> =
            digits::draw(1, 28, &mut rng).into_iter().map(|pixel| f32::from(pixel) / 127.5 - 1.0).collect();
        let (saved, read) = (classifier(), parse(&bytes()).unwrap());
        let predict = |c: &Classifier| pollster::block_on(c.predict(image.clone())).unwrap();
        assert_eq!(predict(&saved), predict(&read));
        assert_eq!(saved.record, read.record);
        assert_eq!((read.record.accuracy, read.record.tested_on), (0.75, 4));
        assert_eq!((read.record.seed, read.record.trained_on), (3, 100));
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let whole = bytes();
        for end in (0..whole.len()).step_by(whole.len() / 30) {
            assert!(parse(&whole[..end]).is_err(), "{end}");
        }
        let start = header(&whole);
        for at in 0..start {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 7);
            if let Err(error) = parse(&damaged) {
                assert!(matches!(error, Error::Classifier(_)), "{error:?}");
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        }
        for value in [f32::NAN, f32::INFINITY] {
            let mut poisoned = whole.clone();
            poisoned[start..start + 4].copy_from_slice(&value.to_le_bytes());
            let error = parse(&poisoned).err().unwrap().to_string();
            assert!(error.contains("not finite"), "{error}");
        }
        let mut long = whole;
        long.resize(SIZE_LIMIT + 1, 0);
        let error = parse(&long).err().unwrap().to_string();
        assert!(error.contains("more than"), "{error}");
    }

    #[test]
    fn a_file_of_version_1_opens() {
        let mut file = File::parse(&bytes(), SIZE_LIMIT).unwrap();
        let scale = |name: &str| ["body.3.weight", "body.6.weight"].contains(&name);
        file.rename(|name| match name {
            scaled if scale(scaled) => scaled.replace("weight", "gain"),
            other => other.replace("running_mean", "mean").replace("running_var", "variance"),
        });
        let old = file.into_bytes(&[(KEY, "1")]).unwrap();
        assert!(old.windows(14).any(|bytes| bytes == b"body.6.gain\":{"), "the name is an old one");
        let read = parse(&old).unwrap();
        assert_eq!(pollster::block_on(read.save()).unwrap().len(), bytes().len());
    }

    #[test]
    fn foreign_files_and_claims_are_refused() {
        let whole = bytes();
        let replaced = |from: &str, to: &str| {
            assert_eq!(from.len(), to.len());
            let at = whole.windows(from.len()).position(|w| w == from.as_bytes());
            let mut bytes = whole.clone();
            bytes[at.unwrap()..][..to.len()].copy_from_slice(to.as_bytes());
            parse(&bytes).err().unwrap().to_string()
        };
        let foreign = replaced("counterfeit classifier", "counterfeit_classifier");
        assert!(foreign.contains("not written by this program"), "{foreign}");
        let newer = replaced(r#"classifier":"2""#, r#"classifier":"3""#);
        assert!(newer.contains("its format is 3"), "{newer}");
        let claim = replaced("0.75", "7.50");
        assert!(claim.contains("accuracy of 7.5"), "{claim}");
        let unknown = replaced("trained_on", "strained_o");
        assert!(unknown.contains("strained_o"), "{unknown}");
        let missing = replaced("head.1.bias", "head.1.bios");
        assert!(missing.contains("`head.1.bias` is missing"), "{missing}");
        let shape = replaced("[1,64]", "[64,1]");
        assert!(shape.contains("shape"), "{shape}");
    }
}
