//! Single updates of one network, of which a step is made: those of the discriminator and then one of the generator are a
//! step, to the bit. In another order they are another algorithm, from the same random streams.

use burn::tensor::Tensor;

#[cfg(feature = "gpu")]
use super::replay::Replay;
use super::{Trainer, UpdateReport, update_ema};
use crate::tensor::HostMatrix;

/// An update of one network: its samples and its report.
pub struct Update {
    /// The generator's input, `[n, generator_inputs]`.
    pub latents: HostMatrix,
    /// Real samples, `[n, d_dim]`; none in an update of the generator.
    pub real: Option<HostMatrix>,
    /// The generator's samples for these latents before the update, `[n, d_dim]`.
    pub fake: Tensor<2>,
    /// The same after an update of the generator.
    pub moved: Option<Tensor<2>>,
    /// Losses, logits and gradients.
    pub report: UpdateReport,
}

impl Trainer {
    /// One update of the discriminator.
    pub fn update_discriminator(&mut self) -> Update {
        #[cfg(feature = "gpu")]
        self.leave_recording();
        let inputs = self.sampler.discriminator_inputs(&self.gan, self.step);
        let (latents, real) = (inputs.latents.clone(), inputs.real.rows.clone());
        let inputs = inputs.map(&mut |matrix: HostMatrix| matrix.upload(&self.device));
        let fake = self.gan.fakes(&mut self.state.clone(), inputs.latents.clone());
        let (report, samples) = self.gan.update_discriminator(&mut self.state, inputs);
        self.real = Some(samples);
        Update { latents, real: Some(real), fake, moved: None, report }
    }

    /// One update of the generator, which ends a step. `discriminator` is the report of the discriminator's last update,
    /// where there was one: BEGAN's k follows both.
    pub fn update_generator(&mut self, discriminator: Option<&UpdateReport>) -> Update {
        #[cfg(feature = "gpu")]
        self.leave_recording();
        let mut upload = |matrix: HostMatrix| matrix.upload(&self.device);
        // For feature matching.
        let real = self.real.take();
        let real = real.unwrap_or_else(|| self.sampler.real_batch(&self.gan.experiment).0.map(&mut upload));
        let (inputs, ema_decay) = self.sampler.generator_turn(&self.gan, self.step);
        let latents = inputs.latents.clone();
        let (inputs, ema_decay) = (inputs.map(&mut upload), ema_decay.map(upload));
        let on_device = inputs.latents.clone();
        let fake = self.gan.fakes(&mut self.state.clone(), on_device.clone());
        let mut report = self.gan.update_generator(&mut self.state, inputs, real);
        if let Some(discriminator) = discriminator {
            self.gan.update_k(&mut self.state, discriminator, &mut report);
        }
        update_ema(&mut self.state, ema_decay);
        self.standing = None;
        self.step += 1;
        let moved = self.gan.fakes(&mut self.state.clone(), on_device);
        Update { latents, real: None, fake, moved: Some(moved), report }
    }

    /// A recorded step has buffers of its own.
    #[cfg(feature = "gpu")]
    fn leave_recording(&mut self) {
        self.replay = Replay::default();
    }
}

#[cfg(test)]
mod tests {
    use crate::tensor::floats;
    use crate::trainer::tests::trainer;
    use crate::trainer::{Trainer, Update};

    fn numbers(t: &mut Trainer) -> Vec<(String, Vec<f32>)> {
        let tensors = t.gan.tensors(&mut t.state).into_iter();
        tensors.map(|(name, tensor)| (name, floats(&tensor.clone().into_data()).unwrap())).collect()
    }

    #[test]
    fn the_updates_of_a_step_are_a_step() {
        for (preset, settings) in [
            ("mixture-1d", &[("n_critic", "3")][..]),
            ("mixture-1d", &[("feature_matching_weight", "1")]),
            ("digits-mlp", &[("batch_size", "4"), ("objective", "began"), ("dropout", "0.3")]),
            ("digits-acgan", &[("batch_size", "4"), ("instance_noise", "0.1"), ("path_length_weight", "1")]),
        ] {
            let (mut whole, mut parts) = (trainer(preset, settings), trainer(preset, settings));
            for _ in 0..2 {
                whole.step();
                let mut last = None;
                for _ in 0..parts.experiment().n_critic {
                    last = Some(parts.update_discriminator().report);
                }
                parts.update_generator(last.as_ref());
            }
            // A step after them, too.
            whole.step();
            parts.step();
            assert_eq!((whole.step, whole.updates()), (parts.step, parts.updates()), "{preset}");
            assert_eq!(numbers(&mut whole), numbers(&mut parts), "{preset} {settings:?}");
        }
    }

    #[test]
    fn an_update_changes_one_network_and_shows_its_samples() {
        let mut t = trainer("mixture-1d", &[("ema_decay", "0")]);
        let read = |tensor: burn::tensor::Tensor<2>| floats(&tensor.into_data()).unwrap();
        let moved = |t: &mut Trainer, update: fn(&mut Trainer) -> Update| {
            let before = numbers(t);
            let update = update(t);
            let changed = before.into_iter().zip(numbers(t)).filter(|(was, is)| was.1 != is.1);
            (
                update,
                changed.map(|(_, (name, _))| name.split(['.', '_']).next().unwrap().to_owned()).collect::<Vec<_>>(),
            )
        };
        let (d, names) = moved(&mut t, Trainer::update_discriminator);
        assert!(!names.is_empty() && names.iter().all(|name| name == "discriminator"), "{names:?}");
        assert_eq!((d.real.unwrap().shape, d.fake.dims(), t.step), ([256, 1], [256, 1], 0));
        let (g, names) = moved(&mut t, |t| t.update_generator(None));
        assert!(!names.is_empty() && names.iter().all(|name| name == "generator"), "{names:?}");
        // The samples are those of the latents, before and after.
        let now = t.sample(g.latents.upload(t.device()));
        assert_eq!(read(now), read(g.moved.unwrap()));
        assert_ne!(read(g.fake.clone()), read(t.sample(d.latents.upload(t.device()))));
        assert_eq!(t.step, 1);
        // Without a discriminator's update between them, a second one is of new latents.
        assert_ne!(read(g.fake), read(t.update_generator(None).fake));
        assert_eq!((t.step, t.updates()), (2, [2, 1]));
    }
}
