//! Snapshots of short runs.

use super::*;
use crate::latent::fixed_samples::{Interpolation, STEPS};
use crate::latent::pad::Pad;
use crate::latent::path::Path;
use crate::metrics::wasserstein::W1;
use crate::regularizer::gradient_penalty::PENALTY;
use crate::trainer::UpdateReport;
use crate::trainer::tests::trainer;

/// A run after a few steps, and its snapshot.
fn look(preset: &str, settings: &[(&str, &str)]) -> (Trainer, Snapshot) {
    let mut trainer = trainer(preset, settings);
    let observer = Observer::new(&trainer, 20);
    let report = (0..30).map(|_| trainer.step()).last();
    let snapshot = pollster::block_on(observer.observe(&trainer, report)).unwrap();
    (trainer, snapshot)
}

#[test]
fn a_report_is_read_as_the_losses_and_means_that_it_stands_for() {
    let trainer = trainer("ring", &[]);
    let column = |values: &[f32]| matrix(values.to_vec(), [values.len(), 1], trainer.device());
    let three = 3.0_f32.ln();
    let report = StepReport {
        discriminator: UpdateReport {
            rows: column(&[1.0, 3.0, 2.0, 6.0]),
            logits: column(&[0.0, three, 0.0, -three]),
            terms: vec![(PENALTY, column(&[2.0, 4.0]))],
            gradients: vec![column(&[2.0]), matrix(vec![1.0, 2.0, 0.0, 4.0], [2, 2], trainer.device())],
        },
        generator: UpdateReport {
            rows: column(&[1.0, 2.0]),
            logits: column(&[0.0, three]),
            terms: Vec::new(),
            gradients: vec![column(&[-3.0, 4.0])],
        },
    };
    let game = pollster::block_on(read_stats(&trainer, report)).unwrap();
    // The mean over real rows plus the mean over fake ones; sigmoids of ½ and ¾, ½ and ¼.
    assert_eq!((game.d_loss, game.g_loss), (2.0 + 4.0, 1.5));
    assert!((game.d_real - 0.625).abs() < 1e-6 && (game.d_fake - 0.375).abs() < 1e-6, "{game:?}");
    assert_eq!(game.terms, [(PENALTY, 3.0), (stats::D_GRADIENT_NORM, 5.0), (stats::G_GRADIENT_NORM, 5.0)]);
}

#[test]
fn gradients_are_those_of_the_logit() {
    // A difference across the kink of a ReLU is no slope.
    let smooth = ("discriminator_activation", "tanh");
    for settings in [
        &[smooth][..],
        &[smooth, ("objective", "wasserstein"), ("spectral_norm", "true")],
        &[smooth, ("objective", "began")],
        &[smooth, ("conditional", "label")],
        &[smooth, ("conditional", "acgan")],
        &[smooth, ("discriminator_norm", "layer")],
    ] {
        let plain = [&[("gradient_penalty", "none")], settings].concat();
        let (trainer, snapshot) = look("ring", &plain);
        let Some(Picture::Plane(plane)) = snapshot.picture else {
            panic!("the ring is drawn in the plane");
        };
        assert_eq!(plane.gradients.len(), 160);
        let e = trainer.experiment();
        let labels = &e.fixed_labels(METRIC_SAMPLES, e.seed)[..80];
        let step = 1e-3;
        let logits = |axis: usize, by: f32| {
            let mut places = plane.generated[..160].to_vec();
            places.iter_mut().skip(axis).step_by(2).for_each(|x| *x += by);
            let places = matrix(places, [80, 2], trainer.device());
            floats(&trainer.logits(places, labels).into_data()).unwrap()
        };
        for axis in [0, 1] {
            let (up, down) = (logits(axis, step), logits(axis, -step));
            for i in 0..80 {
                let wanted = (up[i] - down[i]) / (2.0 * step);
                let got = plane.gradients[2 * i + axis];
                let error = (got - wanted).abs();
                assert!(error < 0.01 * wanted.abs() + 2e-3, "{settings:?}: {got} {wanted}");
            }
        }
    }
}

#[test]
fn metrics_do_not_see_truncation() {
    for preset in ["mixture-1d", "ring"] {
        let trainer = trainer(preset, &[]);
        let mut observer = Observer::new(&trainer, 20);
        let mut look = |truncation| {
            observer.set_query(&trainer, &LatentQuery { truncation, ..LatentQuery::default() }).unwrap();
            pollster::block_on(observer.observe(&trainer, None)).unwrap()
        };
        let samples = |snapshot: &Snapshot| match snapshot.picture.as_ref().unwrap() {
            Picture::Line(line) => line.samples.clone(),
            Picture::Plane(plane) => plane.generated.clone(),
            _ => unreachable!("mixtures on a line and in the plane"),
        };
        let (plain, truncated) = (look(None), look(Some(0.1)));
        assert_ne!(samples(&plain), samples(&truncated), "{preset}");
        assert_eq!(plain.metrics, truncated.metrics, "{preset}");
        assert_eq!(plain.value, truncated.value, "{preset}");
        assert_eq!(samples(&look(None)), samples(&plain), "{preset}: and back");
    }
}

#[test]
fn packed_samples_have_gradients_too() {
    let (_, snapshot) = look("mixture-1d", &[("pack", "4")]);
    let Some(Picture::Line(line)) = snapshot.picture else {
        panic!("a mixture on a line is drawn on a line");
    };
    assert_eq!((line.gradients.len(), line.optimal.len()), (80, 0));
    assert_eq!(snapshot.value.unwrap().ceiling, None);
}

#[test]
fn outputs_are_probabilities_only_where_the_objective_has_them() {
    for (objective, probability, undecided_output, best) in [
        ("saturating", true, Some(0.5), true),
        ("least-squares", false, Some(0.5), true),
        ("hinge", false, Some(0.0), true),
        ("wasserstein", false, None, false),
        ("began", false, None, false),
    ] {
        let (trainer, snapshot) = look("mixture-1d", &[("objective", objective)]);
        let Some(Picture::Line(line)) = snapshot.picture else {
            panic!("a mixture on a line is drawn on a line");
        };
        let scale = Scale { probability, undecided_output };
        assert_eq!((line.scale, !line.optimal.is_empty()), (scale, best));
        let middle = matrix(vec![line.low], [1, 1], trainer.device());
        let logit = floats(&trainer.logits(middle, &[0]).into_data()).unwrap()[0];
        let wanted = if probability { sigmoid(logit) } else { logit };
        assert!((line.discriminator[0] - wanted).abs() < 1e-5);
        assert_eq!(snapshot.value.is_some(), objective != "began");
        if let Some(Value { reached, ceiling }) = snapshot.value {
            assert_eq!(ceiling.is_some(), best, "{objective}");
            assert!(ceiling.is_none_or(|ceiling| reached <= ceiling), "{objective}");
        }
    }
}

#[test]
fn a_critic_of_slope_one_is_drawn_with_the_optimal_one() {
    let settings = [("objective", "wasserstein"), ("gradient_penalty", "wgan-gp")];
    let (_, Snapshot { picture: Some(Picture::Line(line)), value: Some(value), .. }) = look("mixture-1d", &settings)
    else {
        panic!("a line and a value");
    };
    assert_eq!(line.optimal.len(), line.discriminator.len());
    let width = (line.high - line.low) / (line.optimal.len() - 1) as f32;
    assert!(line.optimal.windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 1.001 * width));
    let [reached, ceiling] = [value.reached, value.ceiling.unwrap()];
    // At the start the critic is nearly flat, and the samples are far from the data.
    assert!(ceiling > 0.5 && reached < ceiling, "{reached} {ceiling}");
}

#[test]
fn label_smoothing_lowers_the_undecided_output() {
    let (_, snapshot) = look("mixture-1d", &[("label_smoothing", "0.9")]);
    let Some(Picture::Line(line)) = snapshot.picture else {
        panic!("a mixture on a line is drawn on a line");
    };
    assert_eq!(line.scale, Scale { probability: true, undecided_output: Some(0.45) });
}

#[test]
fn what_is_queried_is_drawn_with_the_images() {
    for preset in ["digits-mlp", "digits-coupled"] {
        let mut trainer = trainer(preset, &[("examples_per_class", "4"), ("batch_size", "8")]);
        trainer.step();
        let mut observer = Observer::new(&trainer, 12);
        let gallery = |observer: &Observer| {
            let snapshot = pollster::block_on(observer.observe(&trainer, None)).unwrap();
            match snapshot.picture {
                Some(Picture::Gallery(gallery)) => gallery,
                _ => panic!("digits are drawn as images"),
            }
        };
        let plain = gallery(&observer);
        assert!(plain.interpolation.is_empty() && plain.arithmetic.is_empty() && plain.pad.is_empty());
        let each = plain.views * plain.size * plain.size;
        let tile = |images: &[u8], i: usize| images[i * each..(i + 1) * each].to_vec();
        // A batch of another size may round otherwise.
        let alike = |a: &[u8], b: &[u8]| {
            assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1), "{preset}");
        };

        let mut query = LatentQuery {
            interpolation: Some(Interpolation { from: 3, to: 1, path: Path::Slerp }),
            arithmetic: Some("2-2+4".parse().unwrap()),
            pad: Some(Pad { samples: [5, 3, 1], points: vec![[0.0, 1.0], [0.0, 0.0]] }),
            ..LatentQuery::default()
        };
        observer.set_query(&trainer, &query).unwrap();
        let queried = gallery(&observer);
        assert_eq!(queried.generated, plain.generated);
        assert_eq!(queried.interpolation.len(), STEPS * each);
        alike(&tile(&queried.interpolation, 0), &tile(&plain.generated, 3));
        alike(&tile(&queried.interpolation, STEPS - 1), &tile(&plain.generated, 1));
        alike(&tile(&queried.arithmetic, 1), &tile(&plain.generated, 2));
        alike(&tile(&queried.arithmetic, 3), &tile(&plain.generated, 4));
        assert_eq!((queried.arithmetic.len(), queried.pad.len()), (4 * each, 2 * each));
        alike(&tile(&queried.pad, 0), &tile(&plain.generated, 1));
        alike(&tile(&queried.pad, 1), &tile(&plain.generated, 5));

        query.interpolation = None;
        query.truncation = Some(0.0);
        observer.set_query(&trainer, &query).unwrap();
        let typical = gallery(&observer);
        assert!(typical.interpolation.is_empty() && !typical.arithmetic.is_empty());
        let first = tile(&typical.generated, 0);
        for image in typical.generated.chunks(each) {
            alike(image, &first);
        }
        assert_ne!(first, tile(&plain.generated, 0));

        query.arithmetic = Some("99".parse().unwrap());
        assert!(observer.set_query(&trainer, &query).is_err());
        assert_eq!(gallery(&observer).arithmetic, typical.arithmetic, "it stays as it was");
    }
}

#[test]
fn a_gallery_names_what_was_asked_for() {
    let small = ("examples_per_class", "4");
    let classes = ("classes", "[3, 7]");
    let gallery = |settings: &[(&str, &str)]| match look("digits-mlp", settings).1.picture {
        Some(Picture::Gallery(gallery)) => gallery.classes,
        _ => panic!("digits are drawn as images"),
    };
    assert!(gallery(&[small, classes]).is_empty());
    let conditional = gallery(&[small, classes, ("conditional", "label")]);
    assert_eq!(conditional, [[3; 10], [7; 10]].concat());
}

#[test]
fn a_moved_target_is_the_target_of_the_picture_and_of_the_metrics() {
    let (mut trainer, before) = look("mixture-1d", &[]);
    let mut observer = Observer::new(&trainer, 20);
    let mut e = trainer.experiment().clone();
    // To where the samples are not.
    e.mixture.truncate(1);
    e.mixture[0].mean = vec![-30.0];
    assert!(trainer.revise(e).unwrap());
    observer.revise(&trainer);
    let after = pollster::block_on(observer.observe(&trainer, None)).unwrap();
    let w1 = |snapshot: &Snapshot| snapshot.metrics.iter().find(|metric| metric.quantity == W1).unwrap().value;
    assert!(w1(&before) < 10.0 && w1(&after) > 20.0, "{} {}", w1(&before), w1(&after));
    let lines = [before, after].map(|snapshot| match snapshot.picture {
        Some(Picture::Line(line)) => line,
        _ => panic!("a line"),
    });
    // The axis grows to hold the target, and keeps what it had.
    assert!(lines[1].low < -30.0 && lines[1].high == lines[0].high);
    let width = (lines[1].high - lines[1].low) / (lines[1].real.len() - 1) as f32;
    let peak = lines[1].real.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    assert!((lines[1].low + peak as f32 * width + 30.0).abs() < 2.0 * width);
    assert_eq!(lines[1].samples, lines[0].samples, "the generator is the same");
}
