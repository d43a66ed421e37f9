//! `evaluate`: samples scored beside what real data would score.

use crate::mnist::{images, labels};
use crate::place::{CLASSIFIER, ONE_STEP_ON_IMAGES, Place, number, objects};

#[test]
fn images_are_scored_beside_real_ones() {
    let place = Place::with_images_and_classifier();
    let report = &place.json("evaluate images --classifier c")[0];
    for metric in ["class_kl", "confidence", "classifier_frechet"] {
        number(report, metric);
        number(report, &format!("{metric}_floor"));
    }
    assert_eq!(report["metric_samples"], 15);
    for shares in ["classes", "classes_floor"] {
        let shares = report[shares].as_array().unwrap();
        let sum: f64 = shares.iter().map(|share| share.as_f64().unwrap()).sum();
        assert!(shares.len() == 10 && (sum - 1.0).abs() < 1e-9, "{shares:?}");
    }
    assert!(place.path("images/evaluation.png").is_file());
    let text = place.ok("evaluate images --classifier c").stdout;
    for wanted in ["Classifier Fréchet", "class 9", "15 samples of each kind", ", seen by c, which tells "] {
        assert!(text.contains(wanted), "{text}");
    }
    assert!(!text.contains("FID"), "{text}");
}

#[test]
fn the_images_held_out_are_those_that_generated_ones_are_compared_with() {
    let place = Place::with_images_and_classifier();
    // Not those of training, of which there are 30.
    place.both_sets("other", 40);
    place.write("other/t10k-images-idx3-ubyte", images(24));
    place.write("other/t10k-labels.idx1-ubyte", labels(24));
    place.ok("train --preset mnist-mlp --steps 1 --device cpu --data other --out m --set generator_hidden=[8]");
    assert_eq!(place.json("evaluate m --classifier c --data other")[0]["metric_samples"], 12);
    for name in ["t10k-images-idx3-ubyte", "t10k-labels.idx1-ubyte"] {
        std::fs::remove_file(place.path(&format!("other/{name}"))).unwrap();
    }
    place.refused("evaluate m --classifier c --data other", &["other", "MNIST's test set", "t10k-images-idx3-ubyte"]);
    // Without a classifier nothing is compared.
    place.ok("evaluate m --data other");
}

#[test]
fn an_averaged_generator_is_evaluated_as_it_is_sampled_with_statistics_of_its_own() {
    let place = Place::new();
    place.ok("train --preset digits-batch-norm --steps 5 --out images --device cpu --set examples_per_class=3 \
         --set generator_hidden=[8] --set batch_size=8");
    place.ok("evaluate images");
    place.ok("sample images --count 64 --out s.png");
    let [evaluated, sampled] =
        ["images/evaluation.png", "s.png"].map(|name| image::open(place.path(name)).unwrap().into_luma8());
    assert_eq!(evaluated.dimensions(), sampled.dimensions());
    // To rounding: the batches of both are of other sizes.
    let off = evaluated.pixels().zip(sampled.pixels()).map(|(a, b)| a.0[0].abs_diff(b.0[0])).max();
    assert!(off <= Some(1), "{off:?}");
}

#[test]
fn without_a_classifier_it_says_what_would_be_scored() {
    let place = Place::new();
    place.ok(ONE_STEP_ON_IMAGES);
    let text = place.ok("evaluate images").stdout;
    assert!(text.contains("D(x)"), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.ends_with("counterfeit classifier"), "{last}");
    let outcome = place.ok("evaluate images --json");
    assert!(outcome.stderr.contains("counterfeit classifier"));
    assert!(!objects(&outcome.stdout)[0].contains_key("class_kl"));
}

#[test]
fn too_few_images_are_not_scored_by() {
    let place = Place::new();
    place.both_sets("data", 4);
    place.ok(format!("{CLASSIFIER} --out c"));
    place.ok(format!("{ONE_STEP_ON_IMAGES} --set classes=[1]"));
    let text = place.ok("evaluate images --classifier c").stdout;
    let last = text.lines().last().unwrap();
    assert!(last.contains("too few images"), "{text}");
}

#[test]
fn mnist_at_every_size_is_scored() {
    let place = Place::with_classifier();
    for size in [28, 32, 64] {
        place.ok(format!(
            "train --preset mnist-mlp --steps 1 --device cpu --data data --out {size} \
             --set image_size={size} --set generator_hidden=[8] --set batch_size=4"
        ));
        let report = &place.json(format!("evaluate {size} --classifier c --data data"))[0];
        assert_eq!(report["metric_samples"], 20);
        number(report, "classifier_frechet");
    }
}

#[test]
fn images_that_are_told_their_class_are_scored() {
    let place = Place::with_classifier();
    place.ok(format!("{ONE_STEP_ON_IMAGES} --set conditional=label"));
    let report = &place.json("evaluate images --classifier c")[0];
    number(report, "class_kl");
}

#[test]
fn images_of_three_channels_are_shown_and_scored_by_their_modes() {
    let place = Place::with_classifier();
    place.ok(format!("{ONE_STEP_ON_IMAGES} --set channels=3"));
    place.ok("sample images --count 10");
    for name in ["samples.png", "images/samples-000001.png"] {
        let image = image::open(place.path(name)).unwrap();
        assert_eq!(image.color(), image::ColorType::Rgb8, "{name}");
    }
    assert_eq!(place.extent("samples.png"), (4 * 30 + 2, 3 * 30 + 2));
    let report = &place.json("evaluate images --classifier c")[0];
    // As many samples as there are images.
    assert_eq!(report["metric_samples"], 30);
    for modes in ["modes", "modes_floor"] {
        let modes = number(report, modes);
        let possible = modes.fract() == 0.0 && (1.0..=30.0).contains(&modes);
        assert!(possible, "{modes}");
    }
    // Thirty samples of 1,000 modes are at least so far from all of them.
    let least = (1000.0_f64 / 30.0).ln() - 1e-9;
    assert!(number(report, "mode_kl") > least);
    assert!(number(report, "mode_kl_floor") > least);
    assert_eq!(report["classes"].as_array().unwrap().len(), 10);
    assert!(!report.contains_key("classifier_frechet"));
    let text = place.ok("evaluate images --classifier c").stdout;
    for wanted in ["Mode KL", "30 samples of each kind"] {
        assert!(text.contains(wanted), "{text}");
    }
    let grey = image::GrayImage::new(28, 28);
    grey.save(place.path("a.png")).unwrap();
    place.refused("project images a.png", &["images", "three channels"]);
}

#[test]
fn every_architecture_on_images_is_scored() {
    let place = Place::with_classifier();
    for preset in ["digits-autoencoder", "digits-stacked", "digits-coupled"] {
        place.ok(format!(
            "train --preset {preset} --steps 2 --device cpu --out {preset} --set examples_per_class=3 --set batch_size=4 \
             --set generator_hidden=[8] --set discriminator_hidden=[8]"
        ));
        let report = &place.json(format!("evaluate {preset} --classifier c"))[0];
        assert_eq!(report["metric_samples"], 15, "{preset}");
        for name in ["d_loss", "d_real", "d_fake", "classifier_frechet"] {
            number(report, name);
        }
    }
}
