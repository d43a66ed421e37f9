//! The number format of matrix products and convolutions.

use burn::tensor::{FloatDType, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number format of the operands and the results of matrix products and convolutions, forward and backward.
/// Weights, optimisers, normalisation, activations and losses are in single precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32 bits.
    #[default]
    #[schemars(title = "Single (f32)")]
    F32,
    /// bfloat16: the range of single precision in 16 bits, which GPUs with matrix units multiply several times as fast
    /// (Kalamkar et al. 2019).
    #[schemars(title = "Mixed (bfloat16)")]
    Bf16,
}

impl Precision {
    /// As an operand.
    #[must_use]
    pub fn operand<const D: usize>(self, tensor: Tensor<D>) -> Tensor<D> {
        match self {
            Self::F32 => tensor,
            Self::Bf16 => tensor.cast(FloatDType::BF16),
        }
    }

    /// A result, in single precision.
    #[must_use]
    pub fn result<const D: usize>(self, tensor: Tensor<D>) -> Tensor<D> {
        match self {
            Self::F32 => tensor,
            Self::Bf16 => tensor.cast(FloatDType::F32),
        }
    }

    /// The same numbers in single precision, as near as the format has them.
    #[must_use]
    pub fn rounded<const D: usize>(self, tensor: Tensor<D>) -> Tensor<D> {
        self.result(self.operand(tensor))
    }

    /// The matrix product a b.
    #[must_use]
    pub fn matmul(self, a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
        self.result(self.operand(a).matmul(self.operand(b)))
    }
}
