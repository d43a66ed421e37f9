//! Snapshots of a run: losses, metrics and a picture as plain numbers, read from the device in one transaction.

mod lattice;
mod phase;
mod picture;
mod scene;
mod theory;

use burn::tensor::{Tensor, TensorData, Transaction};

pub use self::picture::{Gallery, Line, Phase, Picture, Plane, Scale};
use self::scene::Scene;
pub use self::theory::Value;
use crate::data::images::to_byte;
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Objective};
use crate::latent::fixed_samples::{FixedSamples, LatentQuery};
use crate::metrics::Metric;
use crate::objective;
use crate::quantity::Quantity;
use crate::tensor::{floats, matrix, read};
use crate::trainer::{StepReport, Trainer};

/// Samples that every metric is computed from; VEEGAN's number.
pub const METRIC_SAMPLES: usize = 2500;

/// Losses and discriminator outputs of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct GanStats {
    /// The discriminator's last loss.
    pub d_loss: f32,
    /// The generator's last loss.
    pub g_loss: f32,
    /// Mean of sigmoid(D) over the last real batch.
    pub d_real: f32,
    /// Mean of sigmoid(D) over the last fake batch.
    pub d_fake: f32,
    /// Further terms of the losses, and the state of the objective and the regularisers.
    pub terms: Vec<(Quantity, f32)>,
}

/// Mean logits of the discriminator: the scores of a critic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanLogits {
    /// Over the last real batch.
    pub real: f32,
    /// Over the last fake batch.
    pub fake: f32,
}

/// The state of a run after a step.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Generator updates so far.
    pub step: u64,
    /// Losses and outputs of the last step; `None` before the first, and right after a checkpoint was loaded.
    pub stats: Option<GanStats>,
    /// Mean logits of the last step; `None` before the first.
    pub scores: Option<MeanLogits>,
    /// V(D, G), over the picture's densities where there are any, else of the last step; `None` for other objectives.
    pub value: Option<Value>,
    /// Metrics with their noise floors; none for images.
    pub metrics: Vec<Metric>,
    /// The picture; `None` for mixtures of more than two dimensions.
    pub picture: Option<Picture>,
}

/// Takes snapshots of a run, always of the same latents and real samples, without changing the run.
pub struct Observer {
    count: usize,
    inputs: Tensor<2>,
    scene: Scene,
    /// Generator inputs of the interpolation and of the latent arithmetic that are set.
    queried: [Option<Tensor<2>>; 2],
}

/// Reads the report of a step.
///
/// # Errors
/// When the device fails, or a loss is no longer finite.
pub async fn read_stats(trainer: &Trainer, report: StepReport) -> Result<GanStats> {
    let quantities = quantities(&report);
    let data = read(register_report(Transaction::default(), report)).await?;
    let (stats, _) = stats(trainer.experiment(), trainer.step, &data, quantities)?;
    Ok(stats)
}

impl Observer {
    /// An observer of `images` samples, where the data are images.
    #[must_use]
    pub fn new(trainer: &Trainer, images: usize) -> Self {
        let e = trainer.experiment();
        let count = if e.has_images() { (images / e.views()).max(1) } else { METRIC_SAMPLES };
        Self {
            count,
            inputs: rows(trainer, e.fixed_inputs(count, e.seed)),
            scene: Scene::of(trainer, count),
            queried: [None, None],
        }
    }

    /// Sets the view of the latent space; interpolation and arithmetic have an effect on images alone.
    ///
    /// # Errors
    /// [`Error::Setting`] when the query names a sample that there is not.
    pub fn set_query(&mut self, trainer: &Trainer, query: &LatentQuery) -> Result<()> {
        query.check(self.count)?;
        let e = trainer.experiment();
        let fixed = FixedSamples::new(e, self.count, e.seed, query.truncation);
        self.queried = [
            query.interpolation.map(|walk| fixed.interpolation(walk)),
            query.arithmetic.as_ref().map(|sum| fixed.arithmetic(sum)),
        ]
        .map(|inputs| inputs.map(|inputs| rows(trainer, inputs)));
        self.inputs = rows(trainer, fixed.inputs());
        Ok(())
    }

    /// Trains `n` steps, at least one, and keeps the parameters after each of a Dirac-GAN, for its trail. Reads nothing.
    pub fn train(&self, trainer: &mut Trainer, n: usize) -> StepReport {
        self.scene.train(trainer, n)
    }

    /// Takes a snapshot of the run, whose last step gave `report`.
    ///
    /// # Errors
    /// When the device fails, or a loss is no longer finite.
    pub async fn observe(&self, trainer: &Trainer, report: Option<StepReport>) -> Result<Snapshot> {
        let e = trainer.experiment();
        let samples = trainer.sample(self.inputs.clone());
        let mut asked = self.scene.ask(trainer, &samples);
        let mut transaction = Transaction::default().register(samples);
        let of_scene = 1 + asked.len();
        if e.has_images() {
            let queried = self.queried.iter().flatten();
            asked.extend(queried.map(|inputs| trainer.sample(inputs.clone())));
        }
        let seen = 1 + asked.len();
        transaction = asked.into_iter().fold(transaction, Transaction::register);
        let quantities = report.as_ref().map(quantities);
        if let Some(report) = report {
            transaction = register_report(transaction, report);
        }
        let data = read(transaction).await?;
        let stats = quantities.map(|quantities| stats(e, trainer.step, &data[seen..], quantities)).transpose()?;
        let (stats, scores) = stats.unzip();
        let mut answers = data[..seen].iter().map(floats).collect::<Result<Vec<_>>>()?;
        let queried = answers.split_off(of_scene);
        let (metrics, mut picture, value) = self.scene.picture(e, answers);
        if let Some(Picture::Gallery(gallery)) = &mut picture {
            self.attach(gallery, queried);
        }
        let of_step = stats.as_ref().filter(|_| theory::has_value(e));
        Ok(Snapshot {
            step: trainer.step,
            value: value.or_else(|| of_step.map(theory::value_of_step)),
            stats,
            scores,
            metrics,
            picture,
        })
    }

    /// Adds the interpolation and the arithmetic to the gallery.
    fn attach(&self, gallery: &mut Gallery, queried: Vec<Vec<f32>>) {
        let places = [&mut gallery.interpolation, &mut gallery.arithmetic];
        let set = self.queried.iter().zip(places).filter(|(inputs, _)| inputs.is_some());
        for ((_, place), values) in set.zip(queried) {
            *place = values.into_iter().map(to_byte).collect();
        }
    }
}

/// Generator inputs on the device of the run.
fn rows(trainer: &Trainer, inputs: Vec<f32>) -> Tensor<2> {
    let width = trainer.experiment().generator_inputs();
    let shape = [inputs.len() / width, width];
    matrix(inputs, shape, trainer.device())
}

fn quantities(report: &StepReport) -> Vec<Quantity> {
    report.terms.iter().map(|(quantity, _)| *quantity).collect()
}

fn register_report(transaction: Transaction, report: StepReport) -> Transaction {
    let transaction = transaction.register(report.d_rows).register(report.g_rows).register(report.logits);
    let terms = report.terms.into_iter();
    terms.fold(transaction, |all, (_, rows)| all.register(rows))
}

fn stats(e: &Experiment, step: u64, data: &[TensorData], quantities: Vec<Quantity>) -> Result<(GanStats, MeanLogits)> {
    let mean = |rows: &[f32]| rows.iter().sum::<f32>() / rows.len() as f32;
    // Half of the discriminator's rows are real and half are fake; its loss is the sum of both means.
    let d_loss = 2.0 * mean(&floats(&data[0])?);
    let g_loss = mean(&floats(&data[1])?);
    for (loss, value) in [("discriminator", d_loss), ("generator", g_loss)] {
        if !value.is_finite() {
            return Err(Error::Diverged { step, loss, value });
        }
    }
    let logits = floats(&data[2])?;
    let (real, fake) = logits.split_at(logits.len() / 2);
    let mut terms = quantities
        .into_iter()
        .zip(&data[3..])
        .map(|(quantity, rows)| Ok((quantity, mean(&floats(rows)?))))
        .collect::<Result<Vec<_>>>()?;
    if e.objective == Objective::Began {
        let error = objective::convergence(-mean(real), g_loss, e.began_gamma);
        terms.push((objective::CONVERGENCE, error));
    }
    let belief = |logits: &[f32]| logits.iter().copied().map(sigmoid).sum::<f32>() / logits.len() as f32;
    let stats = GanStats { d_loss, g_loss, d_real: belief(real), d_fake: belief(fake), terms };
    let scores = MeanLogits { real: mean(real), fake: mean(fake) };
    Ok((stats, scores))
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::fixed_samples::{Interpolation, STEPS};
    use crate::latent::path::Path;
    use crate::regularizer::gradient_penalty::PENALTY;
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
            d_rows: column(&[1.0, 3.0, 2.0, 6.0]),
            logits: column(&[0.0, three, 0.0, -three]),
            g_rows: column(&[1.0, 2.0]),
            terms: vec![(PENALTY, column(&[2.0, 4.0]))],
        };
        let game = pollster::block_on(read_stats(&trainer, report)).unwrap();
        // The mean over real rows plus the mean over fake ones; sigmoids of ½ and ¾, ½ and ¼.
        assert_eq!((game.d_loss, game.g_loss), (2.0 + 4.0, 1.5));
        assert!((game.d_real - 0.625).abs() < 1e-6 && (game.d_fake - 0.375).abs() < 1e-6, "{game:?}");
        assert_eq!(game.terms, [(PENALTY, 3.0)]);
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
            assert_eq!(snapshot.value.is_some(), probability);
            if let Some(Value { reached, ceiling }) = snapshot.value {
                assert!(reached <= ceiling.unwrap());
            }
        }
    }

    #[test]
    fn interpolation_and_arithmetic_are_drawn_with_the_images() {
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
            assert!(plain.interpolation.is_empty() && plain.arithmetic.is_empty());
            let each = plain.views * plain.size * plain.size;
            let tile = |images: &[u8], i: usize| images[i * each..(i + 1) * each].to_vec();
            // A batch of another size may round otherwise.
            let alike = |a: &[u8], b: &[u8]| {
                assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1), "{preset}");
            };

            let mut query = LatentQuery {
                interpolation: Some(Interpolation { from: 3, to: 1, path: Path::Slerp }),
                arithmetic: Some("2-2+4".parse().unwrap()),
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
            assert_eq!(queried.arithmetic.len(), 4 * each);

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
}
