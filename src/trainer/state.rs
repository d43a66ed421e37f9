//! The tensors of a state by name.

use burn::tensor::Tensor;

use super::{Gan, GanState};
use crate::nets::{Network, Weights};

impl Gan {
    /// Every tensor of a state with its name, always in the same order.
    pub fn tensors<'a>(&self, state: &'a mut GanState) -> Vec<(String, &'a mut Tensor<2>)> {
        fn weights<'a>(
            prefix: &'static str,
            network: &Network,
            weights: &'a mut Weights,
        ) -> impl Iterator<Item = (String, &'a mut Tensor<2>)> + use<'a> {
            let specs = network.params().into_iter().chain(network.buffers());
            let names = specs.map(move |spec| format!("{prefix}.{}", spec.name));
            names.zip(weights.params.iter_mut().chain(&mut weights.buffers))
        }
        let moments = |prefix: &str, network: &Network| -> Vec<String> {
            let kinds = self.experiment.optimizer.moments();
            let specs = network.params();
            let names =
                specs.iter().flat_map(|spec| kinds.iter().map(move |kind| format!("{prefix}.{}.{kind}", spec.name)));
            names.collect()
        };
        let vectors = self.discriminator.params().into_iter().map(|spec| format!("spectral_norm.{}", spec.name));
        let mut all = Vec::new();
        all.extend(weights("generator", &self.generator, &mut state.generator.weights));
        all.extend(weights("discriminator", &self.discriminator, &mut state.discriminator.weights));
        if let Some(ema) = &mut state.generator_ema {
            all.extend(weights("generator_ema", &self.generator, ema));
        }
        all.extend(moments("generator_optimizer", &self.generator).into_iter().zip(&mut state.generator.moments));
        all.extend(
            moments("discriminator_optimizer", &self.discriminator).into_iter().zip(&mut state.discriminator.moments),
        );
        if let Some(norm) = &mut state.spectral_norm {
            all.extend(vectors.zip(&mut norm.vectors).filter_map(|(name, u)| Some((name, u.as_mut()?))));
        }
        all.extend(state.k.as_mut().map(|k| ("k".to_owned(), k)));
        all.extend(state.path_length.as_mut().map(|mean| ("path_length".to_owned(), mean)));
        all
    }
}
