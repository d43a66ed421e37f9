//! [`Cost`]: the work of a network, from its shape alone.

/// The work of a forward pass for one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Multiplications in matrix products and convolutions.
    pub multiplications: usize,
    /// Numbers in the outputs of all layers.
    pub numbers: usize,
    /// Numbers that the largest of its layers holds beside its output: the columns of a convolution's input.
    pub scratch: usize,
    /// Numbers in the output.
    pub width: usize,
}

impl Cost {
    /// A layer of cheap operations with `width` outputs.
    #[must_use]
    pub fn of_width(width: usize) -> Self {
        Self { numbers: width, width, ..Self::default() }
    }

    /// Of this and then `next`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self { width: next.width, ..self.both(next) }
    }

    /// Of both on the same row, with their outputs concatenated.
    #[must_use]
    pub fn concat(self, other: Self) -> Self {
        Self { width: self.width + other.width, ..self.both(other) }
    }

    fn both(self, other: Self) -> Self {
        Self {
            multiplications: self.multiplications + other.multiplications,
            numbers: self.numbers + other.numbers,
            scratch: self.scratch.max(other.scratch),
            width: other.width,
        }
    }
}
